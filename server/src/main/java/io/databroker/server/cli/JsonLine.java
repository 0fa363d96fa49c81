package io.databroker.server.cli;

import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;

/** Objects of JSON on one line. */
final class JsonLine {
  private JsonLine() {}

  /** Formats an object of texts, from alternating names and values. */
  static String of(String... namesAndValues) {
    StringWriter text = new StringWriter();
    JsonWriter json = new JsonWriter(text);
    json.setHtmlSafe(false);
    try {
      json.beginObject();
      for (int i = 0; i < namesAndValues.length; i += 2) {
        json.name(namesAndValues[i]).value(namesAndValues[i + 1]);
      }
      json.endObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // a StringWriter never throws one
    }
    return text.toString();
  }
}

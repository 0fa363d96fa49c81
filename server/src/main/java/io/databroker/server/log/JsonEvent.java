package io.databroker.server.log;

import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.logging.LogRecord;

/**
 * Layout of an event as an object of JSON: {@code time} in UTC, {@code level}, {@code logger},
 * {@code message}, its fields, and {@code thrown}.
 */
final class JsonEvent {
  private JsonEvent() {}

  static String of(LogRecord event) {
    StringWriter text = new StringWriter();
    JsonWriter json = new JsonWriter(text);
    json.setHtmlSafe(false);
    try {
      json.beginObject();
      json.name("time").value(event.getInstant().truncatedTo(ChronoUnit.MILLIS).toString());
      json.name("level").value(LogLevel.of(event.getLevel()).label());
      json.name("logger").value(TextLine.logger(event));
      json.name("message").value(TextLine.message(event));
      if (event instanceof Event with) {
        for (Map.Entry<String, String> field : with.fields().entrySet()) {
          json.name(field.getKey()).value(TextLine.shortened(field.getValue()));
        }
      }
      String thrown = TextLine.thrown(event);
      if (!thrown.isEmpty()) {
        json.name("thrown").value(thrown);
      }
      json.endObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // a StringWriter never throws one
    }
    return text.toString();
  }
}

package io.databroker.server.log;

import com.google.gson.JsonObject;
import java.time.temporal.ChronoUnit;
import java.util.logging.LogRecord;

/**
 * Layout of an event as an object of JSON: {@code time} in UTC, {@code level}, {@code logger},
 * {@code message}, its fields, and {@code thrown}.
 */
final class JsonEvent {
  private JsonEvent() {}

  static String of(LogRecord event) {
    JsonObject json = new JsonObject();
    json.addProperty("time", event.getInstant().truncatedTo(ChronoUnit.MILLIS).toString());
    json.addProperty("level", LogLevel.of(event.getLevel()).label());
    json.addProperty("logger", TextLine.logger(event));
    json.addProperty("message", TextLine.message(event));
    if (event instanceof Event with) {
      with.fields().forEach((name, value) -> json.addProperty(name, TextLine.shortened(value)));
    }
    String thrown = TextLine.thrown(event);
    if (!thrown.isEmpty()) {
      json.addProperty("thrown", thrown);
    }
    return json.toString();
  }
}

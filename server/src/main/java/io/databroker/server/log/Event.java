package io.databroker.server.log;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.logging.LogRecord;

/**
 * Event with a message and fields.
 *
 * <p><b>Thread-safety:</b> none; written by the thread that creates it.
 */
public final class Event extends LogRecord {
  private static final long serialVersionUID = 1L;

  private final LinkedHashMap<String, String> fields = new LinkedHashMap<>();

  /** Creates an event without fields. */
  public Event(LogLevel level, String logger, String message) {
    super(level.level(), message);
    setLoggerName(logger);
  }

  /** Adds a field. */
  public Event with(String name, String value) {
    fields.put(name, value);
    return this;
  }

  Map<String, String> fields() {
    return Collections.unmodifiableMap(fields);
  }
}

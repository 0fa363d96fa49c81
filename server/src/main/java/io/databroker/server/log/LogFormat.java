package io.databroker.server.log;

import java.util.function.Function;
import java.util.logging.LogRecord;

/**
 * Form of the lines of a log.
 *
 * <p><b>Thread-safety:</b> immutable.
 */
public enum LogFormat {
  /** Time, level, logger and message, for people. */
  TEXT(TextLine::of),
  /** One JSON object a line, for programs. */
  JSON(JsonEvent::of);

  private final Function<LogRecord, String> layout;

  LogFormat(Function<LogRecord, String> layout) {
    this.layout = layout;
  }

  /** Returns the event as one line, without its end. */
  String line(LogRecord event) {
    return layout.apply(event);
  }
}

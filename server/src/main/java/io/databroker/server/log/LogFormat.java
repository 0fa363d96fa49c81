package io.databroker.server.log;

import java.util.logging.LogRecord;

/**
 * Form of the lines of a log.
 *
 * <p><b>Thread-safety:</b> immutable.
 */
public enum LogFormat {
  /** Time, level, logger and message, for people. */
  TEXT,
  /** One JSON object a line, for programs. */
  JSON;

  /** Returns the event as one line, without its end. */
  String line(LogRecord event) {
    return switch (this) {
      case TEXT -> TextLine.of(event);
      case JSON -> JsonEvent.of(event);
    };
  }
}

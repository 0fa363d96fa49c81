package io.databroker.server.log;

import java.util.logging.LogRecord;

/**
 * Form of the lines of a log.
 *
 * <p><b>Thread-safety:</b> immutable.
 */
public enum LogFormat {
  /** Time, level, logger and message, for people. */
  TEXT {
    @Override
    String line(LogRecord event) {
      return TextLine.of(event);
    }
  },
  /** One JSON object a line, for programs. */
  JSON {
    @Override
    String line(LogRecord event) {
      return JsonEvent.of(event);
    }
  };

  /** Returns the event as one line, without its end. */
  abstract String line(LogRecord event);
}

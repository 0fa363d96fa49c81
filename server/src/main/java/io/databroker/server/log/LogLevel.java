package io.databroker.server.log;

import java.util.Locale;
import java.util.logging.Level;

/**
 * Level of a line, and the lowest level that is written.
 *
 * <p><b>Thread-safety:</b> immutable.
 */
public enum LogLevel {
  /** A promise is broken, or the server cannot continue. */
  ERROR("SEVERE"),
  /** Events that need attention. */
  WARN("WARNING"),
  /** Events for operators. */
  INFO("INFO"),
  /** Events for developers. */
  DEBUG("FINE"),
  /** All events. */
  TRACE("FINEST");

  /** Name of the level of java.util.logging. */
  private final String level;

  LogLevel(String level) {
    this.level = level;
  }

  /** Returns the level of java.util.logging. */
  public Level level() {
    return Level.parse(level);
  }

  /** Returns the name in lower case, as it is given and written. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Returns the level that a level of java.util.logging belongs to. */
  static LogLevel of(Level level) {
    for (LogLevel each : values()) {
      if (level.intValue() >= each.level().intValue()) {
        return each;
      }
    }
    return TRACE;
  }
}

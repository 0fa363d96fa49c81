package io.databroker.host;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Collects the log records of a class while this is open. */
final class Logged extends Handler implements AutoCloseable {
  private final Logger logger;
  private final List<String> warnings = new CopyOnWriteArrayList<>();

  private Logged(Logger logger) {
    this.logger = logger;
    logger.addHandler(this);
    logger.setUseParentHandlers(false);
  }

  static Logged by(Class<?> type) {
    return new Logged(Logger.getLogger(type.getName()));
  }

  List<String> warnings() {
    return warnings;
  }

  @Override
  public void publish(LogRecord entry) {
    if (entry.getLevel().intValue() >= Level.WARNING.intValue()) {
      warnings.add(entry.getMessage());
    }
  }

  @Override
  public void flush() {}

  @Override
  public void close() {
    logger.removeHandler(this);
    logger.setUseParentHandlers(true);
  }
}

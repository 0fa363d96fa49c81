package io.databroker.offheap;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Captures the log of the module, so that a test can read it and the build does not print it. */
final class LogLines extends Handler implements AutoCloseable {
  /** Held strongly, because an unreferenced logger may be collected together with its settings. */
  private final Logger logger = Logger.getLogger("io.databroker.offheap");

  private final List<String> lines = new CopyOnWriteArrayList<>();

  LogLines() {
    logger.setUseParentHandlers(false);
    logger.addHandler(this);
  }

  List<String> lines() {
    return lines;
  }

  @Override
  public void publish(LogRecord line) {
    lines.add(line.getMessage());
  }

  @Override
  public void flush() {}

  @Override
  public void close() {
    logger.removeHandler(this);
    logger.setUseParentHandlers(true);
  }
}

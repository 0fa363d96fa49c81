package io.databroker.server.log;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Limit on the lines of one logger. The first few of each minute are written. The rest are counted,
 * and the count is written with the first line of a later minute.
 *
 * <p><b>Thread-safety:</b> safe.
 */
final class LineRate {
  static final int LINES = 10;
  private static final long WINDOW_NANOS = TimeUnit.MINUTES.toNanos(1);

  /** Result for a line that is not written. */
  static final long DROPPED = -1;

  private static final class Window {
    private long began;
    private int lines;
    private long dropped;
  }

  private final LongSupplier nanoTime;
  private final Map<String, Window> windows = new HashMap<>();

  LineRate(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /**
   * Returns the number of lines dropped before this one, or {@link #DROPPED} if this one is
   * dropped, too.
   */
  synchronized long admit(String logger) {
    long now = nanoTime.getAsLong();
    Window window = windows.get(logger);
    if (window == null) {
      window = new Window();
      window.began = now;
      windows.put(logger, window);
    } else if (now - window.began >= WINDOW_NANOS) {
      window.began = now;
      window.lines = 0;
    }
    if (window.lines >= LINES) {
      window.dropped++;
      return DROPPED;
    }
    window.lines++;
    long before = window.dropped;
    window.dropped = 0;
    return before;
  }
}

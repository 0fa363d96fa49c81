package io.databroker.host;

import io.databroker.api.Backend;
import io.databroker.api.ClosedException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Expires records and trims history of one backend on a schedule. A failed run is logged, and the
 * schedule continues.
 */
final class Housekeeping implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Housekeeping.class);

  private final Backend backend;
  private final InstantSource clock;
  private final Duration every;
  private final Duration history;
  private final Timer timer;
  private final Executor worker;
  private volatile boolean closed;

  /**
   * @param every the pause between two runs
   * @param history the age at which changes are trimmed
   */
  Housekeeping(
      Backend backend,
      InstantSource clock,
      Duration every,
      Duration history,
      Timer timer,
      Executor worker) {
    this.backend = backend;
    this.clock = clock;
    this.every = every;
    this.history = history;
    this.timer = timer;
    this.worker = worker;
  }

  void start() {
    timer.after(every, () -> worker.execute(this::run));
  }

  @Override
  public void close() {
    closed = true;
  }

  private void run() {
    guarded("expiring records", backend::expire);
    guarded("trimming history", this::trim);
    if (!closed) {
      start();
    }
  }

  private void trim() {
    Instant now = clock.instant();
    if (history.compareTo(Duration.between(Instant.EPOCH, now)) < 0) { // no time is before 1970
      backend.trim(now.minus(history));
    }
  }

  private void guarded(String what, Runnable work) {
    try {
      if (!closed) {
        work.run();
      }
    } catch (ClosedException e) {
      closed = true;
    } catch (RuntimeException | Error e) {
      log.warn("{} failed; trying again in {}: {}", what, SettingText.of(every), e.toString());
    }
  }
}

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
 * schedule continues. Hosts of a shared store take turns through a lease that they do not release:
 * while it lasts, the other hosts skip their runs.
 */
final class Housekeeping implements AutoCloseable {
  static final String LEASE = "databroker/housekeeping";

  /** Limits how long a host with a long interval holds up one with a short interval. */
  static final Duration LONGEST_LEASE = Duration.ofMinutes(1);

  private static final Logger log = LoggerFactory.getLogger(Housekeeping.class);

  private final Backend backend;
  private final boolean shared;
  private final InstantSource clock;
  private final Duration every;
  private final Duration history;
  private final Timer timer;
  private final Executor worker;
  private volatile boolean closed;

  /**
   * @param shared whether other hosts may have the same store open
   * @param every the pause between two runs
   * @param history the age at which changes are trimmed
   */
  Housekeeping(
      Backend backend,
      boolean shared,
      InstantSource clock,
      Duration every,
      Duration history,
      Timer timer,
      Executor worker) {
    this.backend = backend;
    this.shared = shared;
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
    if (shared) {
      guarded("taking turns at housekeeping", this::runInTurn);
    } else {
      runNow();
    }
    if (!closed) {
      start();
    }
  }

  private void runInTurn() {
    if (backend.acquireLease(LEASE, leaseDuration()) != null) {
      runNow();
    }
  }

  /** Returns less than the interval, so that the holder's own lease is over at its next run. */
  private Duration leaseDuration() {
    Duration most = every.minus(every.dividedBy(10));
    return most.compareTo(LONGEST_LEASE) < 0 ? most : LONGEST_LEASE;
  }

  private void runNow() {
    guarded("expiring records", backend::expire);
    guarded("trimming history", this::trim);
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

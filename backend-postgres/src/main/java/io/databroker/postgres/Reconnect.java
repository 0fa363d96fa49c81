package io.databroker.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Connects for the pool, and retries until a connection succeeds. After a failure the pool itself
 * would pause for up to five seconds, and calls would time out although the server is back.
 */
final class Reconnect implements LambdaSource.Opener {
  private static final Duration FIRST_PAUSE = Duration.ofMillis(10);
  static final Duration LONGEST_PAUSE = Duration.ofMillis(250);

  /** Waits between two attempts. */
  interface Pause {

    /** Pauses; returns false if no further attempt should follow. */
    boolean endsWithRetry(Duration time);
  }

  private final LambdaSource.Opener source;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Pause pause;
  private volatile @Nullable SQLException lastFailure;

  Reconnect(LambdaSource.Opener source) {
    this.source = source;
    this.pause = this::endsUnlessClosed;
  }

  Reconnect(LambdaSource.Opener source, Pause pause) {
    this.source = source;
    this.pause = pause;
  }

  /** Fails only after {@link #close}. */
  @Override
  public Connection open() throws SQLException {
    Duration time = FIRST_PAUSE;
    while (true) {
      try {
        Connection connection = source.open();
        lastFailure = null;
        return connection;
      } catch (SQLException failure) {
        lastFailure = failure;
      } catch (RuntimeException failure) {
        lastFailure = new SQLException(failure.getMessage(), failure);
      }
      if (!pause.endsWithRetry(time)) {
        throw new SQLException("the pool is closed", lastFailure);
      }
      time =
          time.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? time.multipliedBy(2) : LONGEST_PAUSE;
    }
  }

  /** Returns the failure of the last attempt; null if it succeeded. */
  @Nullable SQLException lastFailure() {
    return lastFailure;
  }

  private boolean endsUnlessClosed(Duration time) {
    try {
      return !closed.await(time.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  void close() {
    closed.countDown();
  }
}

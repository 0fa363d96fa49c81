package io.databroker.postgres;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.pool.HikariPool;
import io.databroker.api.UnavailableException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lends connections to calls, and cuts off a connection when its call's time is over, so that the
 * call ends even if the server or the network hangs.
 */
final class Sessions implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Sessions.class);

  /**
   * Time by which a call may exceed its limit, because a timer for each call would be expensive.
   */
  private static final long LONGEST_TICK_MILLIS = 50;

  private static final String CANNOT_CONNECT = "08001";

  private final Duration callTimeout;
  private final EngineState state;
  private final int poolSize;
  private final Reconnect reconnect;
  private final HikariPool pool;
  private final Set<Session> running;
  private final ScheduledThreadPoolExecutor clock;

  Sessions(LambdaSource.Opener source, int poolSize, Duration callTimeout, EngineState state) {
    this(source, poolSize, callTimeout, state, ConcurrentHashMap.newKeySet());
  }

  /**
   * @param running an empty set for the sessions that are lent; any thread uses it
   */
  Sessions(
      LambdaSource.Opener source,
      int poolSize,
      Duration callTimeout,
      EngineState state,
      Set<Session> running) {
    this.running = running;
    this.callTimeout = callTimeout;
    this.state = state;
    this.poolSize = poolSize;
    this.reconnect = new Reconnect(source);
    this.clock = new ScheduledThreadPoolExecutor(1, Threads.named("databroker-postgres-clock"));
    long tick = Math.max(1, Math.min(LONGEST_TICK_MILLIS, callTimeout.toMillis() / 20));
    var unused =
        clock.scheduleWithFixedDelay(this::cutOffTheLate, tick, tick, TimeUnit.MILLISECONDS);
    HikariConfig config = new HikariConfig();
    config.setDataSource(new LambdaSource(reconnect));
    config.setPoolName("databroker-postgres");
    config.setMaximumPoolSize(poolSize);
    config.setMinimumIdle(1);
    // Without a set level, a pool whose first connection is cut off rejects all later ones.
    config.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
    config.setIdleTimeout(60_000);
    config.setInitializationFailTimeout(-1);
    config.setConnectionTimeout(Math.max(250, callTimeout.toMillis()));
    config.setValidationTimeout(Math.max(250, Math.min(5_000, callTimeout.toMillis() / 2)));
    config.setThreadFactory(Threads.named("databroker-postgres-pool"));
    this.pool = new HikariPool(config);
  }

  /** Never fails: a failure, such as of a full heap, would end the timer, and calls would hang. */
  private void cutOffTheLate() {
    try {
      running.forEach(Sessions::cutOffIfLate);
    } catch (RuntimeException | Error failure) {
      // The next tick tries again.
    }
  }

  private static void cutOffIfLate(Session session) {
    try {
      session.cutOffIfLate();
    } catch (RuntimeException | Error failure) {
      report(failure);
    }
  }

  private static void report(Throwable failure) {
    try {
      log.warn("a connection could not be cut off", failure);
    } catch (RuntimeException | Error inVain) {
      // The log may fail for the same reason; the other connections are cut off nevertheless.
    }
  }

  /** Returns the numbers of connections, and of calls that wait for one. */
  Map<String, Long> counters() {
    return Map.of(
        "connections.open",
        (long) pool.getTotalConnections(),
        "connections.busy",
        (long) pool.getActiveConnections(),
        "connections.awaited",
        (long) pool.getThreadsAwaitingConnection());
  }

  Deadline deadline() {
    return Deadline.after(callTimeout);
  }

  /** Lends a connection; the caller gives it back by closing the session. */
  Session lend(Deadline deadline) throws SQLException {
    boolean interrupted = Thread.interrupted();
    try {
      long millis = TimeUnit.NANOSECONDS.toMillis(deadline.left());
      if (millis <= 0) {
        throw new UnavailableException("PostgreSQL did not answer in time", null);
      }
      return lend(take(millis), deadline);
    } catch (SQLException failure) {
      state.away(failure);
      throw failure;
    } finally {
      if (interrupted || Thread.interrupted()) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Lends that connection; removes it from the pool if this fails, as on a full heap. */
  private Session lend(Connection connection, Deadline deadline) {
    try {
      Session session = new Session(this, connection, deadline);
      running.add(session);
      if (clock.isShutdown()) {
        throw CallGate.closed();
      }
      return session;
    } catch (RuntimeException | Error failure) {
      try {
        pool.evictConnection(connection);
      } finally {
        running.removeIf(session -> session.connection().equals(connection));
      }
      throw failure;
    }
  }

  private Connection take(long millis) throws SQLException {
    try {
      return pool.getConnection(millis);
    } catch (SQLTransientConnectionException inVain) {
      @Nullable SQLException reason = reconnect.lastFailure();
      throw reason == null
          ? inVain
          : new SQLTransientConnectionException(inVain.getMessage(), CANNOT_CONNECT, reason);
    }
  }

  void takeBack(Session session, boolean broken) {
    running.remove(session);
    Connection connection = session.connection();
    if (broken) {
      pool.evictConnection(connection);
    }
    try {
      connection.close();
    } catch (SQLException failure) {
      pool.evictConnection(connection);
    }
  }

  /**
   * Returns how many lost connections a call tolerates. After a restart of the server, all
   * connections in the pool are lost.
   */
  int attempts() {
    return poolSize + 1;
  }

  /** Reads within the time limit of a call; tries again if the connection is lost. */
  <T> T read(Session.Statements<T> read) {
    return read(deadline(), read);
  }

  <T> T read(Deadline deadline, Session.Statements<T> read) {
    @Nullable SQLException lost = null;
    for (int left = attempts(); ; left--) {
      try (Session session = lend(deadline)) {
        T answer = session.run(read);
        state.back();
        return answer;
      } catch (SQLException failure) {
        if (left == 1 || deadline.isOver() || !SqlFailures.isLostConnection(failure)) {
          throw SqlFailures.notApplied(lost == null ? failure : lost);
        }
        lost = lost == null ? failure : lost;
      }
    }
  }

  @Override
  public void close() {
    clock.shutdownNow();
    reconnect.close();
    boolean interrupted = Thread.interrupted();
    try {
      pool.shutdown();
    } catch (InterruptedException e) {
      interrupted = true;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}

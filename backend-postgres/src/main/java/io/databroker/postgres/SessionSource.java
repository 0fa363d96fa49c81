package io.databroker.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Locale;
import org.postgresql.ds.PGSimpleDataSource;
import org.postgresql.jdbc.PreferQueryMode;

/** Connects to the primary and prepares each connection for our statements. */
final class SessionSource {
  /**
   * Statements find their rows by an index, in its order. A session plans each statement once, for
   * tables of any later size, so the planner must have no other choice. Statements and idle
   * transactions have a time limit; an abandoned transaction would hold the lock that orders
   * writes. The time limit of transactions ends one whose host stopped while it sent a statement,
   * because no other limit applies then. The settings of the last lines do not exist in old
   * versions. The server sends warnings but no notices: only a warning shows that a commit ended
   * its wait for a standby. These settings override those of the role, the database and the URL.
   */
  private static final String PREPARE =
      """
      SELECT set_config('search_path', ?, false),
        set_config('statement_timeout', ?, false),
        set_config('lock_timeout', ?, false),
        set_config('idle_in_transaction_session_timeout', ?, false),
        set_config('tcp_user_timeout', ?, false),
        set_config('tcp_keepalives_idle', '4', false),
        set_config('tcp_keepalives_interval', '2', false),
        set_config('tcp_keepalives_count', '3', false),
        set_config('client_min_messages', 'warning', false),
        set_config('default_transaction_isolation', 'read committed', false),
        set_config('plan_cache_mode', 'force_generic_plan', false),
        set_config('enable_seqscan', 'off', false),
        set_config('enable_bitmapscan', 'off', false),
        set_config('enable_sort', 'off', false),
        set_config('enable_indexscan', 'on', false),
        set_config('enable_nestloop', 'on', false),
        set_config('enable_hashjoin', 'off', false),
        set_config('enable_mergejoin', 'off', false),
        set_config('jit', 'off', false),
        set_config('synchronous_commit',
          CASE current_setting('synchronous_commit') WHEN 'off' THEN 'on'
          ELSE current_setting('synchronous_commit') END, false),
        (SELECT count(set_config(name,
            CASE name WHEN 'transaction_timeout' THEN ? ELSE '0' END, false))
          FROM pg_settings WHERE name IN ('idle_session_timeout', 'transaction_timeout'))
      """;

  /** The least time after which the server gives up a host that takes no answer. */
  private static final long FROZEN_MILLIS = 10_000;

  /** Callers do not wait for a login: they have their own time limit. */
  private static final int LOGIN_SECONDS = 30;

  private final PostgresSettings settings;
  private final Cluster cluster;
  private final int callSeconds;

  SessionSource(PostgresSettings settings, Cluster cluster, Duration callTimeout) {
    this.settings = settings;
    this.cluster = cluster;
    this.callSeconds = Math.toIntExact(Math.min(3600, callTimeout.toSeconds() + 1));
  }

  private PGSimpleDataSource driver(String target) {
    PGSimpleDataSource driver = new PGSimpleDataSource();
    driver.setUrl(settings.url());
    if (settings.user() != null) {
      driver.setUser(settings.user());
    }
    if (settings.password() != null) {
      driver.setPassword(settings.password());
    }
    String url = settings.url().toLowerCase(Locale.ROOT);
    if (!url.contains("targetservertype=")) {
      driver.setTargetServerType(target);
    }
    if (!url.contains("connecttimeout=")) {
      driver.setConnectTimeout(Math.min(callSeconds, 5));
    }
    if (!url.contains("logintimeout=")) {
      driver.setLoginTimeout(LOGIN_SECONDS);
    }
    if (!url.contains("applicationname=")) {
      driver.setApplicationName("databroker");
    }
    driver.setHostRecheckSeconds(1);
    driver.setSocketTimeout(callSeconds + 5);
    driver.setTcpKeepAlive(true);
    driver.setPrepareThreshold(1);
    driver.setDefaultRowFetchSize(0); // several statements in one round trip cannot use portals
    driver.setPreferQueryMode(PreferQueryMode.EXTENDED);
    driver.setLogUnclosedConnections(false);
    return driver;
  }

  /** Connects, and has {@link Cluster} check the server before the first read or write. */
  Connection judged() throws SQLException {
    // Each call ends earlier by itself: its connection is cut off.
    long millis = callSeconds * 1_000L + settings.statementTimeout().toMillis();
    Connection connection = connect(Math.min(Integer.MAX_VALUE, millis));
    try {
      cluster.check(connection);
      return connection;
    } catch (SQLException | RuntimeException | Error failure) {
      connection.close();
      throw failure;
    }
  }

  /** Connects without that check, while there are no tables yet. */
  Connection plain() throws SQLException {
    return connect(0);
  }

  /**
   * Connects to the primary.
   *
   * @param transactionMillis the time limit of a transaction from PostgreSQL 17 on; 0 for none
   */
  private Connection connect(long transactionMillis) throws SQLException {
    Connection connection = RawSockets.connect(driver("primary"));
    try {
      long millis = Math.max(1, settings.statementTimeout().toMillis());
      String timeout = String.valueOf(millis);
      String frozen = String.valueOf(Math.max(FROZEN_MILLIS, millis));
      String transaction = String.valueOf(transactionMillis);
      new Sql(
              connection,
              PREPARE,
              settings.schema(),
              timeout,
              timeout,
              timeout,
              frozen,
              transaction)
          .execute();
      return connection;
    } catch (SQLException | RuntimeException | Error failure) {
      connection.close();
      throw failure;
    }
  }

  /** Connects to any server of the URL, to find out why none is usable. */
  Connection any() throws SQLException {
    return RawSockets.connect(driver("any"));
  }
}

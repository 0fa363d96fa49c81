package io.databroker.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Locale;
import org.postgresql.ds.PGSimpleDataSource;

/** Connects to the primary and prepares each connection for our statements. */
final class SessionSource {
  /**
   * Our statements find their rows through indexes and are planned without a look at statistics,
   * which a young table does not have. A statement, and a transaction that does nothing, end in
   * time; a transaction that nobody ends would hold the lock that orders writes.
   */
  private static final String PREPARE =
      """
      SELECT set_config('search_path', ?, false),
        set_config('statement_timeout', ?, false),
        set_config('lock_timeout', ?, false),
        set_config('idle_in_transaction_session_timeout', ?, false),
        set_config('default_transaction_isolation', 'read committed', false),
        set_config('plan_cache_mode', 'force_generic_plan', false),
        set_config('enable_seqscan', 'off', false),
        set_config('enable_hashjoin', 'off', false),
        set_config('enable_mergejoin', 'off', false),
        set_config('jit', 'off', false),
        set_config('synchronous_commit',
          CASE current_setting('synchronous_commit') WHEN 'off' THEN 'on'
          ELSE current_setting('synchronous_commit') END, false)
      """;

  /** Callers do not wait for a login: they have their own time. */
  private static final int LOGIN_SECONDS = 30;

  private final PGSimpleDataSource driver = new PGSimpleDataSource();
  private final PostgresSettings settings;
  private final Cluster cluster;

  SessionSource(PostgresSettings settings, Cluster cluster, Duration callTimeout) {
    this.settings = settings;
    this.cluster = cluster;
    driver.setUrl(settings.url());
    if (settings.user() != null) {
      driver.setUser(settings.user());
    }
    if (settings.password() != null) {
      driver.setPassword(settings.password());
    }
    String url = settings.url().toLowerCase(Locale.ROOT);
    int seconds = Math.toIntExact(Math.min(3600, callTimeout.toSeconds() + 1));
    if (!url.contains("targetservertype=")) {
      driver.setTargetServerType("primary");
    }
    if (!url.contains("connecttimeout=")) {
      driver.setConnectTimeout(Math.min(seconds, 5));
    }
    if (!url.contains("logintimeout=")) {
      driver.setLoginTimeout(LOGIN_SECONDS);
    }
    if (!url.contains("applicationname=")) {
      driver.setApplicationName("databroker");
    }
    driver.setHostRecheckSeconds(1);
    driver.setSocketTimeout(seconds + 5);
    driver.setTcpKeepAlive(true);
    driver.setPrepareThreshold(1);
    driver.setLogUnclosedConnections(false);
  }

  /** Connects, and has the server judged before anybody reads or writes there. */
  Connection judged() throws SQLException {
    Connection connection = plain();
    try {
      cluster.check(connection);
      return connection;
    } catch (SQLException | RuntimeException | Error failure) {
      connection.close();
      throw failure;
    }
  }

  /** Connects only: for the time when there are no tables yet. */
  Connection plain() throws SQLException {
    Connection connection = driver.getConnection();
    try (PreparedStatement prepare = connection.prepareStatement(PREPARE)) {
      String timeout = String.valueOf(Math.max(1, settings.statementTimeout().toMillis()));
      prepare.setString(1, settings.schema());
      prepare.setString(2, timeout);
      prepare.setString(3, timeout);
      prepare.setString(4, timeout);
      prepare.execute();
      return connection;
    } catch (SQLException | RuntimeException | Error failure) {
      connection.close();
      throw failure;
    }
  }
}

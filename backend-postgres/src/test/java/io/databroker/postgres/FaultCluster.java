package io.databroker.postgres;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A primary, a standby if one is needed, and the network between them and the hosts. */
final class FaultCluster implements AutoCloseable {
  private final TcpSwitch[] networks = new TcpSwitch[2];

  /** For each proxy, the server behind it. */
  private final @Nullable PgServer[] servers = new PgServer[2];

  private int primary;

  FaultCluster() throws IOException {
    servers[0] = PgServer.start();
    for (int i = 0; i < 2; i++) {
      networks[i] = new TcpSwitch(primary().port());
    }
    networks[1].cut();
  }

  String url() {
    return String.format(
        Locale.ROOT,
        "jdbc:postgresql://localhost:%d,localhost:%d/postgres?user=postgres&password=postgres",
        networks[0].port(),
        networks[1].port());
  }

  PgServer primary() {
    PgServer server = servers[primary];
    if (server == null) {
      throw new IllegalStateException("there is no primary");
    }
    return server;
  }

  /** Makes sure that there is a standby, synchronous or not. */
  void ensureStandby(boolean synchronous) throws IOException, SQLException {
    int other = 1 - primary;
    if (servers[other] == null) {
      PgServer standby = primary().standby("s1");
      servers[other] = standby;
      networks[other].retarget(standby.port());
      networks[other].mend();
    }
    primary()
        .execute(
            "ALTER SYSTEM SET synchronous_standby_names = '" + (synchronous ? "s1" : "") + "'");
    primary().execute("SELECT pg_reload_conf()");
    primary()
        .await(
            "SELECT sync_state FROM pg_stat_replication WHERE state = 'streaming'",
            synchronous ? "sync" : "async");
  }

  private PgServer standby() {
    PgServer standby = servers[1 - primary];
    if (standby == null) {
      throw new IllegalStateException("there is no standby");
    }
    return standby;
  }

  /** Cuts off the standby from all later writes. */
  void cutReplication() throws SQLException {
    standby().execute("ALTER SYSTEM SET primary_conninfo = 'host=localhost port=1'");
    standby().execute("SELECT pg_reload_conf()");
    primary().await("SELECT count(*) FROM pg_stat_replication", "0");
  }

  void killPrimary() throws IOException {
    networks[primary].cut();
    primary().kill();
  }

  void promoteStandby() throws IOException, SQLException {
    standby().promote();
    PgServer former = primary();
    servers[primary] = null;
    primary = 1 - primary;
    former.close();
  }

  void restartPrimary() throws IOException {
    primary().kill();
    primary().restart();
  }

  void stopPrimary(Duration time) throws IOException {
    primary().freeze();
    try {
      pause(time);
    } finally {
      primary().thaw();
    }
  }

  void cutNetwork(Duration time) throws IOException {
    networks[primary].cut();
    pause(time);
    networks[primary].mend();
  }

  void swallow(Duration time) throws IOException {
    networks[primary].swallow();
    pause(time);
    networks[primary].mend();
  }

  /** Duration of a fault. */
  static void pause(Duration time) {
    Deadline end = Deadline.after(time);
    while (!end.isOver()) {
      LockSupport.parkNanos(end.left());
    }
  }

  void terminate(String which) throws SQLException {
    primary()
        .execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                + " WHERE application_name = 'databroker' AND "
                + which);
  }

  /** Waits until all sessions are idle, so that all running calls have ended. */
  void awaitQuiet() throws SQLException {
    primary()
        .await(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'databroker'"
                + " AND (state <> 'idle' OR backend_xid IS NOT NULL)",
            "0");
  }

  @Override
  public void close() throws IOException {
    for (int i = 0; i < 2; i++) {
      networks[i].close();
      PgServer server = servers[i];
      if (server != null) {
        server.close();
      }
    }
  }
}

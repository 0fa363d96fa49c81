package io.databroker.postgres;

import io.databroker.api.support.ServerVersions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks for each new connection whether the server wrote the last version or took over from the
 * server that did. If writes that readers have seen may be lost, a new history begins.
 *
 * <p>A cluster is named by its system identifier and timeline: a promotion and a recovery from a
 * backup raise the timeline. After a takeover the history continues only if the last commit waited
 * for synchronous standbys that all had to confirm, and this server is one of them. As a second
 * check, the server must have every version that this host has seen. A missing version was lost,
 * even if the settings say otherwise.
 */
final class Cluster {
  private static final Logger log = LoggerFactory.getLogger(Cluster.class);

  /** The standbys whose disk writes a commit of this session waits for. */
  static final String SYNC_STANDBYS =
      "CASE WHEN current_setting('synchronous_commit') IN ('on', 'remote_apply')"
          + " THEN current_setting('synchronous_standby_names') ELSE '' END";

  /** The name of the cluster of the answering server; null while the server is a standby. */
  static final String HERE =
      "CASE WHEN NOT pg_is_in_recovery() THEN"
          + " (SELECT system_identifier FROM pg_control_system()) || '/' ||"
          + " ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::bigint END";

  /** The run of the server: another one after a crash or a takeover. */
  static final String RUN = "SELECT r.id FROM run r WHERE r.one";

  /** Names the run after a crash or a takeover, which leave the table empty. */
  private static final String NAME_RUN =
      "INSERT INTO run (id) SELECT gen_random_uuid() WHERE NOT EXISTS ("
          + RUN
          + ") ON CONFLICT DO NOTHING";

  private static final String LOOK =
      "SELECT "
          + StoreRow.COLUMNS
          + ", s.cluster, s.cluster_since, s.sync_standbys, "
          + HERE
          + ", current_setting('cluster_name'),"
          + " CASE WHEN pg_has_role('pg_read_all_settings', 'USAGE')"
          + " THEN current_setting('primary_conninfo', true) END FROM store s";

  /** Added to the lease token after a lost tail, so that the next token exceeds all lost ones. */
  private static final long TOKEN_LEAP = 1L << 32;

  /** The latest row that this host has seen, and the cluster that returned it. */
  private record Seen(StoreRow row, String cluster) {}

  /** The store row and the answering server. */
  private record Look(
      StoreRow row, String cluster, long since, String sync, String here, StandbyNames names) {
    static Look of(Connection connection, String suffix) throws SQLException {
      return new Sql(connection, LOOK + suffix).read(Look::of);
    }

    private static Look of(ResultSet result) throws SQLException {
      if (!result.next()) {
        throw new SQLException("the table store is empty: restore the schema", "XX000");
      }
      int at = StoreRow.WIDTH;
      String here = result.getString(at + 4);
      if (here == null) {
        throw new SQLException("the server is a standby", "25006");
      }
      return new Look(
          StoreRow.of(result),
          result.getString(at + 1),
          result.getLong(at + 2),
          result.getString(at + 3),
          here,
          StandbyNames.ofServer(result.getString(at + 5), result.getString(at + 6)));
    }
  }

  private final AtomicReference<@Nullable Seen> seen = new AtomicReference<>();
  private volatile String current = "";

  /** Records a row that this host has read or written: it must never disappear. */
  void saw(StoreRow row) {
    Seen next = new Seen(row, current);
    seen.accumulateAndGet(
        next,
        (before, given) ->
            before == null || (given != null && given.row.isNoOlderThan(before.row))
                ? given
                : before);
  }

  /** Judges the server behind a new connection. */
  void check(Connection connection) throws SQLException {
    // Read this before the row: the row must contain everything seen by then.
    Seen before = seen.get();
    Look look = Look.of(connection, "");
    if (!look.here.equals(look.cluster) || isMissing(before, look)) {
      takeOver(connection, before);
    } else if (!current.equals(look.here)) {
      current = look.here;
    }
    new Sql(connection, NAME_RUN).execute();
  }

  private void takeOver(Connection connection, @Nullable Seen before) throws SQLException {
    connection.setAutoCommit(false);
    Look look = Look.of(connection, " FOR NO KEY UPDATE OF s");
    boolean missing = isMissing(before, look);
    boolean promoted = !look.here.equals(look.cluster);
    if (missing || (promoted && !mayContinue(look))) {
      long history = Math.max(look.row.history(), before == null ? 0 : before.row.history()) + 1;
      beginHistory(connection, look, history);
      log.warn(
          "PostgreSQL cluster {} took over from {} and may lack its last writes: a new "
              + "history begins after version {}",
          look.here,
          look.cluster,
          look.row.latest());
    } else if (promoted) {
      keepHistory(connection, look);
      log.info(
          "PostgreSQL cluster {} took over from {} with all its writes, up to version {}",
          look.here,
          look.cluster,
          look.row.latest());
    }
    connection.commit();
    connection.setAutoCommit(true);
    current = look.here;
    if (missing) {
      seen.set(null);
    }
  }

  /** Returns whether a version that this host has seen is missing. */
  private static boolean isMissing(@Nullable Seen before, Look look) {
    if (before == null || before.row.history() < look.row.history()) {
      return false;
    }
    if (before.row.history() > look.row.history()
        || before.row.serverVersion() != look.row.serverVersion()
        || before.row.latest() > look.row.latest()) {
      return true;
    }
    // After the point of a takeover, the new server assigned the same versions again.
    return !before.cluster.equals(look.cluster) && before.row.latest() > look.since;
  }

  private static boolean mayContinue(Look look) {
    int slash = look.cluster.indexOf('/');
    if (slash < 0 || !look.here.startsWith(look.cluster.substring(0, slash + 1))) {
      return false; // another system identifier: a copy, not a standby
    }
    long former = Long.parseLong(look.cluster.substring(slash + 1));
    long now = Long.parseLong(look.here.substring(slash + 1));
    return now > former && StandbyNames.ofSetting(look.sync).allOf(look.names);
  }

  private static void beginHistory(Connection connection, Look look, long history)
      throws SQLException {
    String update =
        "UPDATE store SET history = ?, server_version = ?, cluster = ?,"
            + " cluster_since = latest, types_epoch = types_epoch + 1,"
            + " options_epoch = options_epoch + 1, lease_token = lease_token + ?";
    long begun = ServerVersions.next(look.row.serverVersion());
    new Sql(connection, update, history, begun, look.here, TOKEN_LEAP).execute();
  }

  private static void keepHistory(Connection connection, Look look) throws SQLException {
    String update = "UPDATE store SET cluster = ?, cluster_since = latest";
    new Sql(connection, update, look.here).execute();
  }
}

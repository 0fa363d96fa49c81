package io.databroker.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.Bytes;
import io.databroker.api.ChangeFeed;
import io.databroker.api.HistoryReplacedException;
import io.databroker.api.Lease;
import io.databroker.api.OutcomeUnknownException;
import io.databroker.api.Position;
import io.databroker.api.PutResult;
import io.databroker.api.UnavailableException;
import io.databroker.api.Versions;
import io.databroker.api.Write;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Promotions of standbys: when the history may continue, and when readers must get an error. */
class FailoverTest {
  private static Backend open(String url) {
    return TestServer.open(
        TestServer.settings(url, "failover"),
        BackendContext.standard().withCallTimeout(Duration.ofSeconds(4)));
  }

  private static PutResult put(Backend host, String id) {
    return host.put(List.of(Write.put("t", id, Bytes.utf8(id))));
  }

  /** Retries until the server is back: a promotion takes a while. */
  private static <T> T onceBack(Supplier<T> call) {
    Deadline deadline = Deadline.after(Duration.ofSeconds(40));
    while (true) {
      try {
        return call.get();
      } catch (UnavailableException away) {
        if (deadline.isOver()) {
          throw away;
        }
      }
    }
  }

  private static Lease lease(Backend host, String name) {
    return Objects.requireNonNull(host.acquireLease(name, Duration.ofMinutes(1)));
  }

  @Test
  void aSynchronousStandbyThatIsPromotedKeepsTheHistory() throws Exception {
    try (PgServer primary = PgServer.start();
        PgServer standby = primary.standby("s1")) {
      primary.execute("ALTER SYSTEM SET synchronous_standby_names = 's1'");
      primary.execute("SELECT pg_reload_conf()");
      primary.await("SELECT sync_state FROM pg_stat_replication", "sync");
      String url = PgServer.url(primary, standby);
      Position position;
      Lease held;
      try (Backend one = open(url);
          Backend two = open(url)) {
        List<String> acknowledged = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
          put(i % 2 == 0 ? one : two, "id" + i);
          acknowledged.add("id" + i);
        }
        held = lease(one, "a");
        Versions before = one.versions();
        try (ChangeFeed feed = two.changes(before.end(), null)) {
          primary.kill();
          standby.promote();
          Versions after = onceBack(one::versions);
          assertThat(after).isEqualTo(before);
          for (String id : acknowledged) {
            assertThat(one.get("t", id)).isNotNull();
          }
          PutResult next = onceBack(() -> put(two, "next"));
          assertThat(next.records().get(0).version()).isEqualTo(before.latest() + 1);
          assertThat(Objects.requireNonNull(feed.poll()).records()).isEqualTo(next.records());
        }
        assertThat(lease(two, "b").token()).isGreaterThan(held.token());
        assertThat(one.acquireLease("a", Duration.ofMinutes(1))).isNull();
        position = one.versions().end();
      }
      try (Backend later = open(url)) {
        assertThat(later.versions().end()).isEqualTo(position);
      }
    }
  }

  @Test
  void aStandbyThatLagsBeginsANewHistory() throws Exception {
    try (PgServer primary = PgServer.start();
        TcpSwitch network = new TcpSwitch(primary.port());
        PgServer standby = primary.standby("s1", network.port())) {
      primary.await("SELECT state FROM pg_stat_replication", "streaming");
      String url = PgServer.url(primary, standby);
      try (Backend host = open(url)) {
        put(host, "kept");
        primary.await(
            "SELECT (replay_lsn >= pg_current_wal_lsn())::text FROM pg_stat_replication", "true");
        network.swallow();
        put(host, "lost");
        Lease lost = lease(host, "a");
        Versions before = host.versions();
        try (ChangeFeed feed = host.changes(before.end(), "t")) {
          primary.kill();
          standby.promote();
          Versions after = onceBack(host::versions);
          assertThat(after.serverVersion()).isNotEqualTo(before.serverVersion());
          assertThat(host.get("t", "kept")).isNotNull();
          assertThat(host.get("t", "lost")).isNull();
          assertThatThrownBy(() -> onceBack(feed::poll))
              .isInstanceOf(HistoryReplacedException.class);
          assertThatThrownBy(() -> host.changes(before.end(), null))
              .isInstanceOf(HistoryReplacedException.class);
        }
        assertThat(lease(host, "a").token()).isGreaterThan(lost.token() + 1_000_000);
      }
    }
  }

  @Test
  void anAsynchronousStandbyBeginsANewHistoryEvenIfNobodyMissesAnything() throws Exception {
    try (PgServer primary = PgServer.start();
        PgServer standby = primary.standby("s1")) {
      Versions before;
      try (Backend host = open(primary.url())) {
        put(host, "1");
        before = host.versions();
      }
      primary.await(
          "SELECT (replay_lsn >= pg_current_wal_lsn())::text FROM pg_stat_replication", "true");
      primary.kill();
      standby.promote();
      try (Backend host = open(PgServer.url(primary, standby))) {
        assertThat(host.versions().serverVersion()).isNotEqualTo(before.serverVersion());
        assertThat(host.versions().latest()).isEqualTo(before.latest());
        put(host, "2");
      }
    }
  }

  /** PostgreSQL reports a cancelled wait only by a warning, and by an acknowledged commit. */
  @Test
  void aCommitWhoseWaitForAStandbyIsCancelledIsNotAcknowledged() throws Exception {
    try (PgServer primary = PgServer.start()) {
      primary.execute("ALTER ROLE postgres SET client_min_messages = 'error'");
      try (Backend host = open(primary.url())) {
        put(host, "before");
        primary.execute("ALTER SYSTEM SET synchronous_standby_names = 'absent'");
        primary.execute("SELECT pg_reload_conf()");
        primary.await("SHOW synchronous_standby_names", "absent");
        FutureTask<PutResult> put = new FutureTask<>(() -> put(host, "unconfirmed"));
        new Thread(put, "put").start();
        String waits = " FROM pg_stat_activity WHERE wait_event = 'SyncRep'";
        primary.await("SELECT count(*)::text" + waits, "1");
        primary.execute("SELECT pg_cancel_backend(pid)" + waits);
        assertThatThrownBy(() -> put.get(30, TimeUnit.SECONDS))
            .hasCauseInstanceOf(OutcomeUnknownException.class);
        primary.execute("ALTER SYSTEM RESET synchronous_standby_names");
        primary.execute("SELECT pg_reload_conf()");
      }
    }
  }
}

package io.databroker.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.api.Backend;
import io.databroker.api.Bytes;
import io.databroker.api.ChangeFeed;
import io.databroker.api.Changes;
import io.databroker.api.Settings;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Work on many rows is done in steps of a bounded size. */
class LongWorkTest {

  /** A key that is rewritten all the time has thousands of versions. */
  @Test
  void aSnapshotSkipsTheVersionsOfARewrittenKey() throws Exception {
    Settings settings = LargeTypeTest.filled(50_000);
    String schema = settings.get(PostgresSettings.SCHEMA);
    TestServer.execute(
        String.format(
            Locale.ROOT,
            "UPDATE %1$s.record SET id = 'rewritten', replaced_by = version + 1"
                + " WHERE version BETWEEN 10 AND 49990;"
                + " UPDATE %1$s.record SET replaced_by = NULL WHERE version = 49990",
            schema));
    SessionSource source =
        new SessionSource(PostgresSettings.of(settings), new Cluster(), Duration.ofSeconds(30));
    try (Connection connection = source.plain()) {
      StoreRow now = Reads.storeRow(connection);
      for (String type : new String[] {null, "t"}) {
        assertThat(versions(connection, now, type)).hasSize(20).contains(9L, 49_990L, 49_991L);
        assertThat(versions(connection, now.upTo(30_000), type)).hasSize(10).contains(9L, 30_000L);
        assertThat(versions(connection, now.upTo(9), type)).hasSize(9).contains(9L);
      }
    }
  }

  private static List<Long> versions(Connection connection, StoreRow row, String type)
      throws SQLException {
    List<Long> versions = new ArrayList<>();
    StoredSnapshot.Place place = StoredSnapshot.Place.FIRST;
    for (int pages = 0; place != null; pages++) {
      assertThat(pages).as("pages").isLessThan(5);
      StoredSnapshot.Read read =
          new RecordPages(row, type, RecordPages.Order.KEYS).read(connection, place, 1_000);
      read.records().forEach(record -> versions.add(record.version()));
      place = read.next();
    }
    return versions;
  }

  /** A reader of the feed holds a whole batch, so its size must have a bound. */
  @Test
  void expiriesAndEvictionsFormBatchesOfABoundedSize() {
    Bytes payload = Bytes.copyOf(new byte[1 << 20]);
    try (Backend backend = TestServer.open(TestServer.freshSettings(), LargeTypeTest.PATIENT)) {
      backend.setOptions("old", TypeOptions.NONE.withTtl(Duration.ofDays(1)));
      for (int i = 0; i < 6; i++) {
        Instant time = Instant.ofEpochSecond(1_000 - i);
        backend.restore(List.of(new StoredRecord("old", "id" + i, 0, payload, time, false)));
        backend.put(List.of(Write.put("many", "large" + i, payload)));
      }
      backend.put(IntStream.range(0, 100).mapToObj(LongWorkTest::small).toList());
      var from = backend.versions().end();
      assertThat(backend.expire()).isEqualTo(6);
      backend.setOptions("many", TypeOptions.NONE.withCapacity(0));
      List<String> deleted = new ArrayList<>();
      try (ChangeFeed feed = backend.changes(from, null)) {
        for (Changes changes = feed.poll(); changes != null; changes = feed.poll()) {
          int bytes = changes.records().stream().mapToInt(it -> it.payload().size()).sum();
          assertThat(bytes).isLessThan(5 << 20);
          changes.records().forEach(record -> deleted.add(record.id()));
        }
      }
      assertThat(deleted).hasSize(112).startsWith("id2", "id3", "id4", "id5").contains("id0");
    }
  }

  private static Write small(int number) {
    return Write.put("many", "small" + number, Bytes.EMPTY);
  }

  /** An acquisition waits for a lease that is being removed, under the lock of all writers. */
  @Test
  void endedLeasesAreRemovedInSteps() throws Exception {
    Settings settings = LargeTypeTest.filled(1);
    String leases = settings.get(PostgresSettings.SCHEMA) + ".lease";
    TestServer.execute(
        "INSERT INTO "
            + leases
            + " SELECT 'ended' || i, i, i FROM generate_series(10001, 22000) i");
    try (Backend backend = TestServer.open(settings, LargeTypeTest.PATIENT)) {
      assertThat(backend.acquireLease("held", Duration.ofMinutes(1))).isNotNull();
      FutureTask<Long> expiry = new FutureTask<>(backend::expire);
      try (Connection stranger = DriverManager.getConnection(TestServer.url());
          Statement lock = stranger.createStatement()) {
        stranger.setAutoCommit(false);
        lock.execute("SELECT 1 FROM " + leases + " WHERE name = 'ended22000' FOR UPDATE");
        Thread thread = new Thread(expiry, "expiry");
        thread.start();
        LargeTypeTest.await("SELECT count(*) FROM " + leases, "2001");
        stranger.rollback();
      }
      expiry.get(60, TimeUnit.SECONDS);
      assertThat(TestServer.ask("SELECT string_agg(name, '') FROM " + leases)).isEqualTo("held");
    }
  }
}

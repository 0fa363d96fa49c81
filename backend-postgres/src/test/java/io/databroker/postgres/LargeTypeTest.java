package io.databroker.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.Bytes;
import io.databroker.api.FieldExtractor;
import io.databroker.api.FieldValue;
import io.databroker.api.Selection;
import io.databroker.api.Settings;
import io.databroker.api.Snapshot;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import io.databroker.api.support.Extraction;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** Calls on types with many records hold the lock that orders writes only for a moment. */
class LargeTypeTest {
  static final BackendContext PATIENT =
      BackendContext.standard().withCallTimeout(Duration.ofMinutes(1));

  /** Returns a store with that many records of one type. */
  static Settings filled(int records) throws SQLException {
    Settings settings = TestServer.freshSettings();
    TestServer.open(settings).close();
    String schema = settings.get(PostgresSettings.SCHEMA);
    TestServer.execute(
        String.format(
            Locale.ROOT,
            "INSERT INTO %1$s.record SELECT i, 't', 'id' || i, 'k=v', i, false, i, NULL, NULL, false"
                + " FROM generate_series(1, %2$d) i;"
                + " INSERT INTO %1$s.type_count VALUES ('t', %2$d, false);"
                + " UPDATE %1$s.store SET latest = %2$d, types_epoch = types_epoch + 1",
            schema,
            records));
    return settings;
  }

  /** A writer on another host, which keeps the lock until it is closed. */
  static Connection lockedBy(Settings settings) throws SQLException {
    SessionSource source =
        new SessionSource(PostgresSettings.of(settings), new Cluster(), Duration.ofSeconds(30));
    Connection connection = source.plain();
    connection.setAutoCommit(false);
    new Tx(connection).lock();
    return connection;
  }

  /** Waits until a query has that answer. */
  static void await(String sql, String answer) throws SQLException {
    Deadline bound = Deadline.after(Duration.ofSeconds(60));
    while (!TestServer.ask(sql).equals(answer)) {
      assertThat(bound.isOver()).as(sql).isFalse();
      LockSupport.parkNanos(5_000_000);
    }
  }

  /** A record is marked once it can expire. */
  @Test
  void aTtlMarksStoredRecordsWithoutTheLock() throws Exception {
    Settings settings = filled(3_000);
    String schema = settings.get(PostgresSettings.SCHEMA);
    try (Backend backend = TestServer.open(settings, PATIENT)) {
      FutureTask<Boolean> setting =
          new FutureTask<>(
              () -> backend.setOptions("t", TypeOptions.NONE.withTtl(Duration.ofDays(1))), true);
      try (Connection writer = lockedBy(settings)) {
        assertThat(writer.isClosed()).isFalse();
        Thread thread = new Thread(setting, "set options");
        thread.start();
        await("SELECT count(*) FROM " + schema + ".record WHERE expires", "3000");
        assertThat(setting.isDone()).isFalse();
        writer.rollback();
      }
      setting.get(60, TimeUnit.SECONDS);
      assertThat(backend.expire()).isEqualTo(3_000);
    }
  }

  /** Replaced records stay in the index until the history is trimmed. */
  @Test
  void anExpiryReadsReplacedRecordsOnlyOnce() throws Exception {
    Settings settings = filled(20_000);
    String schema = settings.get(PostgresSettings.SCHEMA);
    String url = TestServer.url() + "&ApplicationName=" + schema;
    try (Backend backend = TestServer.open(TestServer.settings(url, schema), PATIENT)) {
      backend.setOptions("t", TypeOptions.NONE.withTtl(Duration.ofDays(1)));
      TestServer.execute("UPDATE " + schema + ".record SET replaced_by = version + 20000");
      assertThat(backend.expire()).isZero();
      long before = read(schema);
      for (int i = 0; i < 10; i++) {
        assertThat(backend.expire()).isZero();
      }
      assertThat(read(schema) - before).as("rows read").isLessThan(20_000);
      // A record with an earlier time than all records that were searched.
      backend.restore(
          List.of(
              new StoredRecord("t", "old", 0, Bytes.EMPTY, Instant.ofEpochSecond(9), false),
              new StoredRecord("t", "new", 0, Bytes.EMPTY, Instant.now(), false)));
      assertThat(backend.expire()).isEqualTo(1);
      assertThat(backend.get("t", "old")).isNull();
      assertThat(backend.get("t", "new")).isNotNull();
      assertThat(backend.expire()).isZero();
    }
  }

  /** Otherwise each put of a full type would read the whole history of the type. */
  @Test
  void aPutOfAFullTypeReadsReplacedRecordsAtMostOnce() throws Exception {
    Settings settings = TestServer.freshSettings();
    String schema = settings.get(PostgresSettings.SCHEMA);
    String url = TestServer.url() + "&ApplicationName=" + schema;
    try (Backend backend = TestServer.open(TestServer.settings(url, schema), PATIENT)) {
      backend.setOptions("t", TypeOptions.NONE.withCapacity(10));
      List<Write> rewrites = new ArrayList<>();
      for (int i = 0; i < 5_000; i++) {
        rewrites.add(Write.put("t", "id" + i % 10, Bytes.EMPTY));
      }
      backend.put(rewrites);
      long before = read(schema);
      for (int i = 0; i < 10; i++) {
        backend.put(List.of(Write.put("t", "id" + i, Bytes.EMPTY)));
      }
      assertThat(read(schema) - before).as("rows read by rewrites").isLessThan(1_000);
      backend.put(rewrites);
      before = read(schema);
      for (int i = 0; i < 10; i++) {
        // Deletes as many records as it adds, so that nothing is evicted.
        backend.put(
            List.of(Write.delete("t", "id" + i), Write.put("t", "id" + (i + 10), Bytes.EMPTY)));
      }
      assertThat(read(schema) - before).as("rows read by exchanges").isLessThan(30_000);
      assertThat(TestServer.ask("SELECT live FROM " + schema + ".type_count")).isEqualTo("10");
      backend.put(List.of(Write.put("t", "more", Bytes.EMPTY)));
      assertThat(backend.get("t", "id10")).isNull();
      assertThat(backend.get("t", "id11")).isNotNull();
    }
  }

  /** An expiry that finds nothing writes nothing, and the search of an expiry delays no writer. */
  @Test
  void anExpiryWithoutExpiredRecordsTakesNoLock() throws Exception {
    Settings settings = TestServer.freshSettings();
    try (Backend backend = TestServer.open(settings, PATIENT)) {
      backend.setOptions("t", TypeOptions.NONE.withTtl(Duration.ofDays(1)));
      backend.put(List.of(Write.put("t", "id", Bytes.EMPTY)));
      try (Connection writer = lockedBy(settings)) {
        assertThat(backend.expire()).isZero();
        writer.rollback();
      }
    }
  }

  /** Returns how many rows of records the statements so far have read through an index. */
  private static long read(String schema) throws SQLException {
    // Each session reports its reads at most once a second, and when it ends.
    TestServer.execute(
        "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
            + " WHERE application_name = '"
            + schema
            + "'");
    return Long.parseLong(
        TestServer.ask(
            "SELECT idx_tup_fetch FROM pg_stat_user_tables WHERE relid = '"
                + schema
                + ".record'::regclass"));
  }

  /** Extraction function that counts its calls, and fails once. */
  private static final class Counting implements FieldExtractor {
    final AtomicInteger calls = new AtomicInteger();
    private final String name;
    private final int failing;

    Counting(String name, int failing) {
      this.name = name;
      this.failing = failing;
    }

    @Override
    public String fingerprint() {
      return name;
    }

    @Override
    public Map<String, String> extract(String type, Bytes payload, List<String> fields) {
      if (calls.incrementAndGet() == failing) {
        throw new AssertionError("the host is interrupted here");
      }
      return Map.of("k", payload.toUtf8());
    }
  }

  private static Settings indexed(int records, String function) throws SQLException {
    Settings settings = filled(records);
    BackendContext before = PATIENT.withExtractor(new Counting(function, 0));
    try (Backend backend = TestServer.open(settings, before)) {
      backend.setOptions("t", TypeOptions.NONE.withIndexedFields("k"));
    }
    return settings;
  }

  private static int found(Backend backend) {
    int found = 0;
    try (Snapshot snapshot = backend.snapshot(Selection.where("t", new FieldValue("k", "k=v")))) {
      for (var records = snapshot.records(); records.hasNext(); records.next()) {
        found++;
      }
    }
    return found;
  }

  @Test
  void anIndexIsRebuiltWithoutTheLock() throws Exception {
    Settings settings = indexed(3_000, "old");
    Counting function = new Counting("new", 0);
    try (Backend backend = TestServer.open(settings, PATIENT.withExtractor(function))) {
      FutureTask<Integer> lookUp = new FutureTask<>(() -> found(backend));
      try (Connection writer = lockedBy(settings)) {
        Thread thread = new Thread(lookUp, "look-up");
        thread.start();
        await(
            "SELECT count(*) FROM " + settings.get(PostgresSettings.SCHEMA) + ".indexed_value",
            "6000");
        writer.rollback();
      }
      assertThat(lookUp.get(60, TimeUnit.SECONDS)).isEqualTo(3_000);
      assertThat(function.calls.get()).isEqualTo(3_000);
    }
  }

  /** A statement that looked for live records among all versions would not end in time. */
  @Test
  void anIndexIsBuiltOverManyReplacedRecordsInSteps() throws Exception {
    Settings settings = filled(50_000);
    String schema = settings.get(PostgresSettings.SCHEMA);
    TestServer.execute(
        "UPDATE " + schema + ".record SET replaced_by = version + 1 WHERE version < 50000");
    Counting function = new Counting("new", 0);
    SessionSource source =
        new SessionSource(PostgresSettings.of(settings), new Cluster(), Duration.ofSeconds(30));
    IndexBuild index = new IndexBuild(new Digests(new Extraction(function)));
    try (Connection connection = source.plain()) {
      IndexBuild.Indexed page = index.page(connection, "t", List.of("k"), 0);
      assertThat(page.through()).as("versions looked at").isBetween(1_000L, 10_000L);
      while (page.mayBeMore()) {
        page = index.page(connection, "t", List.of("k"), page.through());
      }
      assertThat(page.through()).isEqualTo(50_000);
    }
    assertThat(function.calls.get()).isEqualTo(1);
    assertThat(TestServer.ask("SELECT version FROM " + schema + ".indexed_value"))
        .isEqualTo("50000");
  }

  /** Otherwise no write of a large type would ever end in time again. */
  @Test
  void aPutContinuesTheRebuildThatAnotherHasBegun() throws Exception {
    Settings settings = indexed(4_000, "old");
    Counting function = new Counting("new", 3_600);
    try (Backend backend = TestServer.open(settings, PATIENT.withExtractor(function))) {
      List<Write> batch = List.of(Write.put("t", "more", Bytes.utf8("k=v")));
      assertThatThrownBy(() -> backend.put(batch)).isInstanceOf(AssertionError.class);
      int before = function.calls.get();
      assertThat(backend.put(batch).records().get(0).version()).isEqualTo(4_001);
      assertThat(function.calls.get() - before).isLessThan(4_000);
      assertThat(found(backend)).isEqualTo(4_001);
    }
  }

  @Test
  void pagesOfALookUpHaveABoundedSize() throws Exception {
    Settings settings = TestServer.freshSettings();
    FieldExtractor function =
        new FieldExtractor() {
          @Override
          public String fingerprint() {
            return "large";
          }

          @Override
          public Map<String, String> extract(String type, Bytes payload, List<String> fields) {
            return Map.of("k", "k=v");
          }
        };
    try (Backend backend = TestServer.open(settings, PATIENT.withExtractor(function))) {
      for (int i = 0; i < 8; i++) {
        Bytes payload = Bytes.copyOf(new byte[500_000 + i]);
        backend.put(List.of(Write.put("t", "id" + i, payload)));
      }
      // Indexes stored records of more than one page.
      backend.setOptions("t", TypeOptions.NONE.withIndexedFields("k"));
      assertThat(found(backend)).isEqualTo(8);
    }
    SessionSource source =
        new SessionSource(PostgresSettings.of(settings), new Cluster(), Duration.ofSeconds(30));
    UUID digest = new Digests(new Extraction(function)).of("t", "k", "k=v");
    try (Connection connection = source.plain();
        PreparedStatement select = connection.prepareStatement(LookUp.FIND)) {
      select.setInt(1, 500);
      select.setLong(2, LookUp.PAGE_BYTES);
      select.setArray(3, connection.createArrayOf("uuid", new UUID[] {digest}));
      select.setString(4, "t");
      List<Long> sizes = new ArrayList<>();
      try (ResultSet result = select.executeQuery()) {
        while (result.next()) {
          byte[] payload = result.getBytes(StoreRow.WIDTH + 4);
          sizes.add(payload == null ? 0L : payload.length);
        }
      }
      assertThat(sizes).containsExactly(500_000L, 500_001L, 500_002L, 0L, 0L, 0L, 0L, 0L);
    }
  }

  /** Otherwise the steps of a long trim would read the history again and again. */
  @Test
  void aStepOfATrimReadsNoMoreThanItRemoves() throws Exception {
    Settings settings = filled(20_000);
    SessionSource source =
        new SessionSource(PostgresSettings.of(settings), new Cluster(), Duration.ofSeconds(30));
    Store store = new Store(null, null, null, null, null, null, null, "channel");
    try (Connection connection = source.plain();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      Tx tx = new Tx(connection);
      tx.lock();
      Trim.Step step = new Trim(store).step(tx, Long.MAX_VALUE);
      assertThat(step.dropped()).isBetween(1L, 6_000L);
      try (ResultSet read =
          statement.executeQuery(
              "SELECT idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relid = 'record'::regclass")) {
        read.next();
        assertThat(read.getLong(1)).as("rows read").isBetween(5_000L, 17_500L);
      }
    }
  }
}

package io.databroker.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.BackendState;
import io.databroker.api.Bytes;
import io.databroker.api.FieldExtractor;
import io.databroker.api.FieldValue;
import io.databroker.api.OpenFailedException;
import io.databroker.api.PutResult;
import io.databroker.api.Selection;
import io.databroker.api.Settings;
import io.databroker.api.StorageFullException;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Databases and roles whose settings differ from those that the backend's statements need. */
class HostileDatabaseTest {
  private static String fresh() {
    return TestServer.freshSettings().get(PostgresSettings.SCHEMA);
  }

  private static Settings as(String role, String schema) {
    return Settings.builder()
        .set(PostgresSettings.URL, TestServer.url())
        .set(PostgresSettings.USER, role)
        .set(PostgresSettings.SCHEMA, schema)
        .build();
  }

  private static Write write(String id) {
    return Write.put("t", id, Bytes.utf8(id));
  }

  private static void useAll(Backend backend) {
    backend.put(List.of(write("1"), write("2"), Write.delete("t", "1")));
    assertThat(backend.get("t", "2")).isNotNull();
    assertThat(backend.listTypes()).containsExactly("t");
    assertThat(backend.acquireLease("a", Duration.ofMinutes(1))).isNotNull();
    backend.setOptions("t", TypeOptions.NONE.withCapacity(3).withIndexedFields("f"));
    assertThat(backend.expire()).isZero();
    assertThat(backend.trim(java.time.Instant.EPOCH)).isZero();
    try (var feed = backend.changes(backend.versions().begin(), null)) {
      assertThat(feed.poll()).isNotNull();
    }
    backend.clear();
    assertThat(backend.listTypes()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"user", "select", "default", "_", "table"})
  void aSchemaNameMayBeAWordOfTheLanguage(String schema) throws SQLException {
    try (Backend backend = TestServer.open(TestServer.settings(schema))) {
      useAll(backend);
    } finally {
      TestServer.execute("DROP SCHEMA \"" + schema + "\" CASCADE");
    }
  }

  /** The server ends one transaction of a deadlock: here that of the put, which waits first. */
  @Test
  void aWriteThatADeadlockWithAStrangerEndedIsRepeated() throws Exception {
    Settings settings = TestServer.freshSettings();
    try (Backend backend = TestServer.open(settings, LargeTypeTest.PATIENT);
        Connection stranger =
            new SessionSource(PostgresSettings.of(settings), new Cluster(), Duration.ofSeconds(30))
                .plain()) {
      backend.put(List.of(write("1")));
      stranger.setAutoCommit(false);
      String schema = settings.get(PostgresSettings.SCHEMA);
      run(stranger, "SET LOCAL deadlock_timeout = '10min'");
      run(stranger, "SELECT FROM " + schema + ".record FOR UPDATE");
      FutureTask<PutResult> put = new FutureTask<>(() -> backend.put(List.of(write("1"))));
      Thread thread = new Thread(put, "put");
      thread.start();
      LargeTypeTest.await("SELECT count(*) FROM pg_locks WHERE NOT granted", "1");
      run(stranger, "SELECT FROM " + schema + ".store FOR UPDATE");
      stranger.rollback();
      assertThat(put.get(30, TimeUnit.SECONDS).records().get(0).version()).isEqualTo(2);
    }
  }

  private static void run(Connection connection, String sql) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.execute();
    }
  }

  @Test
  void settingsOfTheRoleGiveWay() throws SQLException {
    String role = fresh();
    TestServer.execute("CREATE ROLE " + role + " LOGIN SUPERUSER");
    Map<String, String> wanted = new HashMap<>();
    wanted.put("client_min_messages", "error");
    wanted.putAll(
        Map.of(
            "default_transaction_isolation", "serializable",
            "statement_timeout", "9s",
            "lock_timeout", "8s",
            "idle_in_transaction_session_timeout", "7s",
            "idle_session_timeout", "6s",
            "transaction_timeout", "6s",
            "search_path", "nowhere",
            "synchronous_commit", "off",
            "enable_seqscan", "on",
            "jit", "on"));
    for (Map.Entry<String, String> each : wanted.entrySet()) {
      TestServer.execute(
          "ALTER ROLE " + role + " SET " + each.getKey() + " = '" + each.getValue() + "'");
    }
    for (String odd :
        List.of(
            "bytea_output = 'escape'",
            "standard_conforming_strings = off",
            "client_encoding = 'LATIN1'",
            "datestyle = 'German'",
            "lc_messages = 'C'",
            "extra_float_digits = -15",
            "enable_indexscan = off",
            "enable_nestloop = off",
            "row_security = off")) {
      TestServer.execute("ALTER ROLE " + role + " SET " + odd);
    }
    String schema = fresh();
    PostgresSettings settings = PostgresSettings.of(as(role, schema));
    SessionSource source = new SessionSource(settings, new Cluster(), Duration.ofSeconds(5));
    try (Connection connection = source.plain();
        PreparedStatement show =
            connection.prepareStatement(
                "SELECT name, setting FROM pg_settings WHERE name = ANY (?)")) {
      show.setArray(1, connection.createArrayOf("text", wanted.keySet().toArray()));
      try (ResultSet result = show.executeQuery()) {
        while (result.next()) {
          String name = result.getString(1);
          assertThat(result.getString(2)).as(name).isEqualTo(expected(name, schema));
        }
      }
    }
    try (Backend backend = TestServer.open(as(role, schema))) {
      useAll(backend);
    }
  }

  private static String expected(String name, String schema) {
    return switch (name) {
      case "default_transaction_isolation" -> "read committed";
      case "search_path" -> schema;
      case "synchronous_commit" -> "on";
      case "client_min_messages" -> "warning";
      case "enable_seqscan", "jit" -> "off";
      case "idle_session_timeout", "transaction_timeout" -> "0";
      default -> "5000";
    };
  }

  @Test
  void aReadOnlyRoleIsToldSo() throws SQLException {
    String role = fresh();
    TestServer.execute("CREATE ROLE " + role + " LOGIN SUPERUSER");
    TestServer.execute("ALTER ROLE " + role + " SET default_transaction_read_only = on");
    String schema = fresh();
    assertThatThrownBy(() -> TestServer.open(as(role, schema)))
        .isInstanceOf(OpenFailedException.class)
        .hasMessageContaining("the database is read-only; name the primary in the URL");
    assertThat(TestServer.ask("SELECT to_regnamespace('" + schema + "')")).isNull();
  }

  @Test
  void aDatabaseOfAnotherEncodingIsToldSo() throws SQLException {
    String name = fresh();
    TestServer.execute(
        "CREATE DATABASE " + name + " ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0");
    String url = TestServer.url().replaceFirst("/postgres\\?", "/" + name + "?");
    assertThatThrownBy(() -> TestServer.open(TestServer.settings(url, name)))
        .isInstanceOf(OpenFailedException.class)
        .hasMessageContaining("the encoding of the database is LATIN1; create one with");
  }

  @Test
  void parametersOfTheUrlGiveWay() throws SQLException {
    String odd =
        "&defaultRowFetchSize=1&preferQueryMode=simple&prepareThreshold=0&currentSchema=nowhere"
            + "&options=-c%20statement_timeout=9s&binaryTransfer=false&stringtype=unspecified";
    try (Backend backend = TestServer.open(TestServer.settings(TestServer.url() + odd, fresh()))) {
      useAll(backend);
    }
  }

  @Test
  void anOldServerIsToldSo() {
    assertThat(Opening.problemWith(120_022, "12.22", false, "UTF8"))
        .isEqualTo("the server is PostgreSQL 12.22; upgrade it to 13 or later");
    assertThat(Opening.problemWith(130_000, "13.0", false, "UTF8")).isEmpty();
  }

  /** A full disk would need its own file system, so a trigger fails with the same error. */
  @Test
  void aFullDiskRefusesWritesUntilThereIsRoom() throws SQLException {
    String schema = fresh();
    try (Backend backend = TestServer.open(TestServer.settings(schema))) {
      backend.put(List.of(write("before")));
      TestServer.execute(
          "CREATE FUNCTION "
              + schema
              + ".no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION"
              + " 'could not extend file' USING ERRCODE = '53100'; END $$");
      TestServer.execute(
          "CREATE TRIGGER no_room BEFORE INSERT ON "
              + schema
              + ".record FOR EACH ROW WHEN (NEW.id = 'large') EXECUTE FUNCTION "
              + schema
              + ".no_room()");
      long latest = backend.versions().latest();
      assertThatThrownBy(() -> backend.put(List.of(write("small"), write("large"))))
          .isInstanceOf(StorageFullException.class);
      assertThat(backend.get("t", "small")).isNull();
      assertThat(backend.get("t", "before")).isNotNull();
      assertThat(backend.versions().latest()).isEqualTo(latest);
      assertThat(backend.state().reason()).isEqualTo(BackendState.Reason.STORAGE_FULL);
      TestServer.execute("DROP TRIGGER no_room ON " + schema + ".record");
      assertThat(backend.put(List.of(write("large"))).records().get(0).version())
          .isEqualTo(latest + 1);
      assertThat(backend.state()).isEqualTo(BackendState.SERVING);
    }
  }

  @Test
  void aDiskThatIsFullAtTheFirstStartLeavesNothingHalfMade() throws SQLException {
    String name = fresh();
    TestServer.execute("CREATE DATABASE " + name);
    String url = TestServer.url().replaceFirst("/postgres\\?", "/" + name + "?");
    TestServer.execute(
        url,
        "CREATE FUNCTION no_room() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN"
            + " IF EXISTS (SELECT FROM pg_event_trigger_ddl_commands()"
            + " WHERE object_identity = 'broker.record_by_type') THEN RAISE EXCEPTION"
            + " 'could not extend file' USING ERRCODE = '53100'; END IF; END $$");
    TestServer.execute(
        url,
        "CREATE EVENT TRIGGER no_room ON ddl_command_end WHEN TAG IN ('CREATE INDEX')"
            + " EXECUTE FUNCTION no_room()");
    Settings settings = TestServer.settings(url, "broker");
    assertThatThrownBy(() -> TestServer.open(settings))
        .isInstanceOf(OpenFailedException.class)
        .hasMessageContaining("no room left on its disk; free some, then start again");
    TestServer.execute(url, "DROP EVENT TRIGGER no_room");
    try (Backend backend = TestServer.open(settings)) {
      useAll(backend);
    }
  }

  @Test
  void tenHostsMayMakeTheSchemaAtOnce() throws Exception {
    Settings settings = TestServer.settings(fresh());
    ExecutorService threads = Executors.newFixedThreadPool(10);
    List<Future<Backend>> opening = new ArrayList<>();
    try {
      for (int i = 0; i < 10; i++) {
        opening.add(threads.submit(() -> TestServer.open(settings)));
      }
      List<Long> histories = new ArrayList<>();
      for (Future<Backend> each : opening) {
        try (Backend backend = each.get()) {
          histories.add(backend.versions().serverVersion());
        }
      }
      assertThat(histories).hasSize(10).containsOnly(histories.get(0));
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void anExtractionFunctionMayHaveAnyName() {
    FieldExtractor odd =
        new FieldExtractor() {
          @Override
          public String fingerprint() {
            return "a\0b\ud800";
          }

          @Override
          public Map<String, String> extract(String type, Bytes payload, List<String> fields) {
            return Map.of("f", payload.toUtf8() + "\0\ud800");
          }
        };
    BackendContext context = BackendContext.standard().withExtractor(odd);
    try (Backend backend = TestServer.open(TestServer.freshSettings(), context)) {
      backend.setOptions("t", TypeOptions.NONE.withIndexedFields("f"));
      backend.put(List.of(write("1"), write("2")));
      FieldValue value = new FieldValue("f", "2\0\ud800");
      try (var snapshot = backend.snapshot(Selection.where("t", value))) {
        assertThat(snapshot.records().next().id()).isEqualTo("2");
      }
    }
  }

  @Test
  void textThatLooksLikeAnArrayOrNullIsText() {
    try (Backend backend = TestServer.open(TestServer.freshSettings())) {
      List<String> odd =
          List.of("NULL", "null", "{}", "{a,b}", "a,b", "\"", "\\", "\\N", "'", " ", "\t\n", "😀");
      List<Write> batch = odd.stream().map(it -> Write.put(it, it, Bytes.utf8(it))).toList();
      backend.put(batch);
      assertThat(backend.listTypes()).containsExactlyInAnyOrderElementsOf(odd);
      for (String each : odd) {
        assertThat(backend.get(each, each)).isNotNull();
      }
    }
  }

  @Test
  void sessionsThatTheServerEndedAreLostConnections() {
    for (String state : List.of("25P03", "25P04", "57P01", "57P05", "08006")) {
      assertThat(SqlFailures.isLostConnection(new SQLException("ended", state))).isTrue();
    }
    assertThat(SqlFailures.isLostConnection(new SQLException("refused", "42601"))).isFalse();
  }
}

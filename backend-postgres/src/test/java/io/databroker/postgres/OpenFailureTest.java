package io.databroker.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.InvalidArgumentException;
import io.databroker.api.OpenFailedException;
import io.databroker.api.Settings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An open that fails names the cause and the remedy, and leaves nothing behind. */
class OpenFailureTest {
  private static final BackendContext HASTY =
      BackendContext.standard().withCallTimeout(Duration.ofSeconds(2));

  private static AbstractThrowableAssert<?, ?> opening(Settings settings) {
    return assertThatThrownBy(() -> TestServer.open(settings))
        .isInstanceOf(OpenFailedException.class);
  }

  private static Settings with(String user, String password, String schema) {
    return Settings.builder()
        .set(PostgresSettings.URL, bareUrl())
        .set(PostgresSettings.USER, user)
        .set(PostgresSettings.PASSWORD, password)
        .set(PostgresSettings.SCHEMA, schema)
        .build();
  }

  private static String bareUrl() {
    int end = TestServer.url().indexOf('?');
    return end < 0 ? TestServer.url() : TestServer.url().substring(0, end);
  }

  private static String fresh() {
    return TestServer.freshSettings().get(PostgresSettings.SCHEMA);
  }

  private static String schemas(String name) throws SQLException {
    return TestServer.ask("SELECT count(*) FROM pg_namespace WHERE nspname = '" + name + "'");
  }

  @Test
  void anAbsentServer() throws IOException {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    String secret = "jdbc:postgresql://localhost:" + port + "/broker?user=broker&password=geheim";
    BackendContext context = BackendContext.standard().withCallTimeout(Duration.ofSeconds(2));
    assertThatThrownBy(() -> TestServer.open(TestServer.settings(secret, "broker"), context))
        .isInstanceOf(OpenFailedException.class)
        .hasMessageContaining("PostgreSQL at //localhost:" + port + "/broker cannot be reached")
        .hasMessageContaining("check that it runs, and the URL")
        .hasMessageNotContaining("geheim");
  }

  /** Other programs take a user and password there; the JDBC driver does not. */
  @Test
  void aPasswordBeforeTheHostIsNotShown() {
    for (String url :
        List.of(
            "postgres://broker:geheim@localhost/broker",
            "postgresql://broker:ge@heim@localhost/broker?sslmode=disable",
            "jdbc:postgresql://broker:geheim@localhost/broker",
            "jdbc:postgresql://broker:geheim@localhost:x/broker")) {
      assertThatThrownBy(() -> TestServer.open(TestServer.settings(url, "broker"), HASTY))
          .isInstanceOf(OpenFailedException.class)
          .hasMessageContaining("//(hidden)")
          .hasMessageNotContaining("heim");
    }
  }

  @Test
  void anUnknownRole() {
    opening(with("nobody_" + fresh(), "geheim", fresh()))
        .hasMessageContaining("refuses the login of nobody_")
        .hasMessageContaining("check user, password and pg_hba.conf")
        .hasMessageNotContaining("geheim");
  }

  @Test
  void aWrongPassword() throws Exception {
    assumeTrue(
        System.getenv("DATABROKER_TEST_POSTGRES") == null, "only a server of the test's own");
    String role = fresh();
    TestServer.execute("CREATE ROLE " + role + " LOGIN PASSWORD 'right'");
    Path access = Path.of(TestServer.ask("SHOW hba_file"));
    String before = Files.readString(access);
    try {
      Files.writeString(access, "host all " + role + " all scram-sha-256\n" + before);
      TestServer.execute("SELECT pg_reload_conf()");
      opening(with(role, "wrong", fresh()))
          .hasMessageContaining("refuses the login of " + role)
          .hasMessageContaining("check user, password and pg_hba.conf")
          .hasMessageNotContaining("wrong");
    } finally {
      Files.writeString(access, before);
      TestServer.execute("SELECT pg_reload_conf()");
    }
  }

  @Test
  void anAbsentDatabase() {
    Settings settings =
        TestServer.settings(bareUrl() + "_absent?user=postgres&password=postgres", fresh());
    opening(settings).hasMessageContaining("_absent has no such database; create it");
  }

  @Test
  void aPasswordGivenTwiceOrInNoReadableFile(@TempDir Path folder) throws IOException {
    Path absent = folder.resolve("absent");
    Settings.Builder builder = Settings.builder().set(PostgresSettings.URL, bareUrl());
    opening(builder.set(PostgresSettings.PASSWORD_FILE, absent).build())
        .hasMessageContaining("passwordFile " + absent + " cannot be read");
    Path file = Files.writeString(folder.resolve("password"), "postgres\n");
    builder.set(PostgresSettings.PASSWORD_FILE, file);
    opening(builder.set(PostgresSettings.PASSWORD, "postgres").build())
        .hasMessageContaining("both password and passwordFile are set");
  }

  @Test
  void aUrlOfAnotherKindIsRefused() {
    opening(TestServer.settings("jdbc:mysql://localhost/broker", "broker"))
        .hasMessageContaining("give one that begins with jdbc:postgresql://");
    opening(TestServer.settings("jdbc:mysql://localhost/broker?password=geheim", "broker"))
        .hasMessageNotContaining("geheim");
    opening(TestServer.settings("jdbc:postgresql://localhost:x/broker?password=geheim", "broker"))
        .hasMessageContaining("url is jdbc:postgresql://localhost:x/broker, which the PostgreSQL")
        .hasMessageNotContaining("geheim");
  }

  /** The driver's log would show a part of the password. */
  @ParameterizedTest
  @ValueSource(strings = {"geheim", "ge/heim", "ge?heim", "ge@heim", "ge:heim,1"})
  void aUrlWithAUserBeforeTheHostIsRefusedAndNotLogged(String password) {
    List<String> logged = new CopyOnWriteArrayList<>();
    Logger driver = Logger.getLogger("org.postgresql");
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord line) {
            logged.add(line.getMessage() + Arrays.toString(line.getParameters()));
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    driver.addHandler(handler);
    try {
      opening(TestServer.settings("jdbc:postgresql://me:" + password + "@localhost/x", "broker"))
          .hasMessageContaining("url is jdbc:postgresql://(hidden), which the PostgreSQL driver");
    } finally {
      driver.removeHandler(handler);
    }
    assertThat(logged).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "broker", "//db/broker", "//db1:5432,db2/broker?user=me@corp&targetServerType=primary",
        "///broker", "//[::1]:5432/broker", "//db/"
      })
  void theFormsOfTheDriverPassTheCheck(String rest) {
    Settings settings = TestServer.settings("jdbc:postgresql:" + rest, "broker");
    assertThatCode(() -> new PostgresProvider().check(settings)).doesNotThrowAnyException();
  }

  /** Reads the file once, in the open: it may be a pipe. */
  @Test
  void aCheckDoesNotReadThePassword(@TempDir Path folder) throws IOException {
    Path malformed = Files.write(folder.resolve("password"), new byte[] {(byte) 0xFF});
    Settings settings =
        Settings.builder()
            .set(PostgresSettings.URL, bareUrl())
            .set(PostgresSettings.PASSWORD_FILE, malformed)
            .build();
    assertThatCode(() -> new PostgresProvider().check(settings)).doesNotThrowAnyException();
    opening(settings).hasMessageContaining("cannot be read; give a readable file of text");
  }

  @Test
  void aSchemaNameThatNeedsQuotesOrIsReservedIsRefused() {
    for (String name : new String[] {"", "Broker", "1st", "a\"b", "pg_broker", "a".repeat(49)}) {
      assertThatThrownBy(() -> TestServer.settings(name))
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessageContaining("schema is " + name + "; give 1 to 48 small letters");
    }
  }

  @Test
  void aRoleThatMayNotCreateTheSchemaOpensItOnceItOwnsIt() throws SQLException {
    String name = fresh();
    TestServer.execute("CREATE ROLE " + name + " LOGIN PASSWORD 'x'");
    Settings settings = with(name, "x", name);
    String remedy = "CREATE SCHEMA " + name + " AUTHORIZATION " + name;
    opening(settings).hasMessageContaining("have an administrator run: " + remedy);
    assertThat(schemas(name)).isEqualTo("0");

    TestServer.execute("CREATE SCHEMA " + name);
    TestServer.execute("GRANT USAGE ON SCHEMA " + name + " TO " + name);
    String transfer = "ALTER SCHEMA " + name + " OWNER TO " + name;
    opening(settings).hasMessageContaining("have an administrator run: " + transfer);

    TestServer.execute(transfer);
    try (Backend backend = TestServer.open(settings)) {
      assertThat(backend.listTypes()).isEmpty();
    }
  }

  @Test
  void aSchemaThatHoldsSomethingElseIsLeftAlone() throws SQLException {
    String name = fresh();
    TestServer.execute("CREATE SCHEMA " + name);
    TestServer.execute("CREATE TABLE " + name + ".theirs (x int)");
    opening(TestServer.settings(name))
        .hasMessageContaining("schema " + name + " holds something else, such as theirs; name");
    assertThat(
            TestServer.ask(
                "SELECT string_agg(tablename, ',') FROM pg_tables WHERE schemaname = '"
                    + name
                    + "'"))
        .isEqualTo("theirs");
  }

  /** Their version 1.1 is no version of ours. */
  @Test
  void aSchemaThatAnotherProgramMigratesIsLeftAlone() throws SQLException {
    String name = fresh();
    TestServer.execute("CREATE SCHEMA " + name);
    TestServer.execute(
        "CREATE TABLE "
            + name
            + ".flyway_schema_history AS SELECT '1.1'::text AS version, true AS success");
    opening(TestServer.settings(name)).hasMessageContaining("does not hold the tables of a store");
  }

  @Test
  void tablesOfANewerRelease() throws SQLException {
    String name = fresh();
    Settings settings = TestServer.settings(name);
    TestServer.open(settings).close();
    TestServer.execute("UPDATE " + name + ".flyway_schema_history SET version = '99'");
    opening(settings).hasMessageContaining("has the tables of a newer release (version 99");
  }

  private static Settings impatient(String name) {
    return Settings.builder()
        .set(PostgresSettings.URL, TestServer.url())
        .set(PostgresSettings.SCHEMA, name)
        .set(PostgresSettings.STATEMENT_TIMEOUT, Duration.ofMillis(300))
        .build();
  }

  @Test
  void aLockOnTheTablesIsToldApartFromTablesOfSomethingElse() throws SQLException {
    String name = fresh();
    TestServer.open(impatient(name)).close();
    try (Connection stranger = DriverManager.getConnection(TestServer.url());
        Statement statement = stranger.createStatement()) {
      stranger.setAutoCommit(false);
      statement.execute("LOCK TABLE " + name + ".store IN ACCESS EXCLUSIVE MODE");
      opening(impatient(name))
          .hasMessageContaining("did not complete a statement within 300 ms")
          .hasMessageContaining("set a longer statementTimeout");
    }
  }

  @Test
  void aSlowCreationOfTheTablesIsToldApartFromTablesOfSomethingElse() throws SQLException {
    String name = fresh();
    TestServer.execute("CREATE SCHEMA " + name);
    try (Connection stranger = DriverManager.getConnection(TestServer.url());
        Statement statement = stranger.createStatement()) {
      stranger.setAutoCommit(false);
      statement.execute("CREATE TABLE " + name + ".store (x int)");
      opening(impatient(name))
          .hasMessageContaining("did not complete a statement within 300 ms")
          .hasMessageNotContaining("name another");
    }
    TestServer.open(impatient(name)).close();
  }
}

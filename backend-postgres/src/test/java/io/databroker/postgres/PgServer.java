package io.databroker.postgres;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** A server of one test, which the test may kill, stop and copy as a standby. */
final class PgServer implements AutoCloseable {
  /** Files that a backup leaves out, because each server has its own. */
  private static final Set<String> NOT_COPIED =
      Set.of("postmaster.pid", "postmaster.opts", "pg_wal", "pg_replslot", "pg_stat_tmp");

  private final Path data;
  private final EmbeddedPostgres server;

  private PgServer(Path data) throws IOException {
    this.data = data;
    this.server = start(data);
  }

  static PgServer start() throws IOException {
    Quiet.libraries();
    return new PgServer(Files.createTempDirectory("databroker-pg").resolve("data"));
  }

  private static EmbeddedPostgres start(Path data) throws IOException {
    return TestServer.builder()
        .setDataDirectory(data)
        .setCleanDataDirectory(false)
        .setServerConfig("wal_keep_size", "512MB")
        .setServerConfig("max_wal_senders", "8")
        .setServerConfig("wal_receiver_timeout", "60s")
        .setErrorRedirector(ProcessBuilder.Redirect.DISCARD)
        .setOutputRedirector(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  int port() {
    return server.getPort();
  }

  String url() {
    return url(this);
  }

  /** Returns the URL of several servers, the first of which need not be the primary. */
  static String url(PgServer... servers) {
    StringBuilder hosts = new StringBuilder();
    for (PgServer each : servers) {
      hosts.append(hosts.isEmpty() ? "" : ",").append("localhost:").append(each.port());
    }
    return "jdbc:postgresql://" + hosts + "/postgres?user=postgres&password=postgres";
  }

  void execute(String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection(url());
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  String ask(String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection(url());
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      return result.next() ? String.valueOf(result.getString(1)) : "";
    }
  }

  /** Waits until a query has the expected result. */
  void await(String sql, String expected) throws SQLException {
    Deadline deadline = Deadline.after(Duration.ofSeconds(30));
    String answer = ask(sql);
    while (!answer.equals(expected)) {
      if (deadline.isOver()) {
        throw new AssertionError(sql + " answers " + answer + ", not " + expected);
      }
      LockSupport.parkNanos(5_000_000);
      answer = ask(sql);
    }
  }

  /** Starts a copy of this server, which follows it. */
  PgServer standby(String name) throws IOException, SQLException {
    return standby(name, port());
  }

  /** Starts a copy that follows this server through that port, a proxy of the test. */
  PgServer standby(String name, int port) throws IOException, SQLException {
    Path copy = Files.createTempDirectory("databroker-pg").resolve("data");
    try (Connection connection = DriverManager.getConnection(url());
        Statement statement = connection.createStatement()) {
      statement.execute("SELECT pg_backup_start('test', true)");
      copy(data, copy);
      try (ResultSet label =
          statement.executeQuery("SELECT labelfile FROM pg_backup_stop(false)")) {
        label.next();
        Files.writeString(copy.resolve("backup_label"), label.getString(1));
      }
    }
    Files.createDirectories(copy.resolve("pg_wal/archive_status"));
    Files.createDirectories(copy.resolve("pg_replslot"));
    Files.createDirectories(copy.resolve("pg_stat_tmp"));
    Files.createFile(copy.resolve("standby.signal"));
    Files.writeString(
        copy.resolve("postgresql.auto.conf"),
        String.format(
            Locale.ROOT,
            "primary_conninfo = 'host=localhost port=%d user=postgres application_name=%s'%n",
            port,
            name));
    Files.setPosixFilePermissions(
        copy, java.nio.file.attribute.PosixFilePermissions.fromString("rwx------"));
    return new PgServer(copy);
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path relative = from.relativize(file);
        if (!relative.toString().isEmpty() && NOT_COPIED.contains(relative.getName(0).toString())) {
          continue;
        }
        Path target = to.resolve(relative);
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else if (Files.exists(file)) {
          Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
        }
      }
    }
  }

  void promote() throws SQLException {
    execute("SELECT pg_promote(true, 30)");
  }

  private long pid() throws IOException {
    return Long.parseLong(Files.readAllLines(data.resolve("postmaster.pid")).get(0).trim());
  }

  /** Returns the processes of the server, the first of which is the parent of the others. */
  private List<ProcessHandle> processes() throws IOException {
    ProcessHandle parent = ProcessHandle.of(pid()).orElseThrow();
    return Stream.concat(Stream.of(parent), parent.descendants()).toList();
  }

  /** Kills the server. */
  void kill() throws IOException {
    List<ProcessHandle> processes = processes();
    processes.forEach(ProcessHandle::destroyForcibly);
    processes.forEach(process -> process.onExit().join());
  }

  /** Starts the server again after a kill, under the same port. */
  void restart() throws IOException {
    // Restarts the server directly, because the library that started it cannot.
    String command = Files.readString(data.resolve("postmaster.opts")).trim();
    boolean root = "root".equals(System.getProperty("user.name"));
    List<String> shell =
        root ? List.of("unshare", "-U", "sh", "-c", command) : List.of("sh", "-c", command);
    Files.deleteIfExists(data.resolve("postmaster.pid"));
    new ProcessBuilder(shell)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start();
    Deadline deadline = Deadline.after(Duration.ofSeconds(30));
    while (!isBack()) {
      if (deadline.isOver()) {
        throw new IOException("the server did not start again: " + command);
      }
      LockSupport.parkNanos(5_000_000);
    }
  }

  private boolean isBack() {
    try {
      return ask("SELECT 1").equals("1");
    } catch (SQLException away) {
      return false;
    }
  }

  /** Stops all processes, also those that the server has begun while the others were stopped. */
  void freeze() throws IOException {
    Set<ProcessHandle> frozen = new HashSet<>();
    List<ProcessHandle> next = processes();
    while (!next.isEmpty()) {
      signal("STOP", next);
      frozen.addAll(next);
      next = processes().stream().filter(process -> !frozen.contains(process)).toList();
    }
  }

  void thaw() throws IOException {
    signal("CONT", processes());
  }

  private static void signal(String name, List<ProcessHandle> processes) throws IOException {
    for (ProcessHandle process : processes) {
      try {
        new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid())).start().waitFor();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException(e);
      }
    }
  }

  @Override
  public void close() throws IOException {
    try {
      kill();
    } catch (IOException | RuntimeException alreadyDead) {
      // It was killed before.
    }
    try (Stream<Path> files = Files.walk(data.getParent())) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}

package io.databroker.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.BackendState;
import io.databroker.api.Bytes;
import io.databroker.api.DatabrokerException;
import io.databroker.api.OutcomeUnknownException;
import io.databroker.api.Selection;
import io.databroker.api.UnavailableException;
import io.databroker.api.Write;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Errors of calls when the server or the network fails, compared with the stored records. */
class OutcomeTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(3);

  /** Allowance for a loaded machine, beyond the time limit of a call. */
  private static final Duration MARGIN = Duration.ofSeconds(4);

  private static PgServer server;
  private static final AtomicInteger SCHEMAS = new AtomicInteger();

  @BeforeAll
  static void start() throws Exception {
    server = PgServer.start();
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
  }

  private static Backend open(String url, String schema) {
    return TestServer.open(
        TestServer.settings(url, schema), BackendContext.standard().withCallTimeout(TIMEOUT));
  }

  private static String schema() {
    return "outcome_" + SCHEMAS.incrementAndGet();
  }

  private static Write write(String id) {
    return Write.put("t", id, Bytes.utf8(id));
  }

  private enum Outcome {
    DONE,
    NOT_APPLIED,
    UNKNOWN
  }

  private static Outcome outcome(Runnable call) {
    try {
      call.run();
      return Outcome.DONE;
    } catch (UnavailableException e) {
      return Outcome.NOT_APPLIED;
    } catch (OutcomeUnknownException e) {
      return Outcome.UNKNOWN;
    }
  }

  private static Outcome inTime(Runnable call) {
    long start = System.nanoTime();
    Outcome outcome = outcome(call);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(TIMEOUT.plus(MARGIN));
    return outcome;
  }

  /** Two hosts write single records and pairs until the faults are over. */
  private static Map<String, Outcome> writeWhile(List<Backend> hosts, Callable<?> faults)
      throws Exception {
    Map<String, Outcome> outcomes = new ConcurrentHashMap<>();
    AtomicBoolean over = new AtomicBoolean();
    ExecutorService threads = Executors.newCachedThreadPool();
    try {
      List<Future<?>> writers = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        int writer = i;
        Backend host = hosts.get(i % hosts.size());
        writers.add(
            threads.submit(
                () -> {
                  for (int n = 0; !over.get(); n++) {
                    String id = writer + "-" + n;
                    outcomes.put(
                        id, inTime(() -> host.put(List.of(write(id + "a"), write(id + "b")))));
                  }
                }));
      }
      faults.call();
      over.set(true);
      for (Future<?> writer : writers) {
        writer.get();
      }
    } finally {
      over.set(true);
      threads.shutdownNow();
    }
    return outcomes;
  }

  /** Asserts that applied batches are stored completely and once, and other batches not at all. */
  private static void judge(Backend host, Map<String, Outcome> outcomes) {
    Set<String> found = ConcurrentHashMap.newKeySet();
    try (var snapshot = host.snapshot(Selection.all())) {
      snapshot.records().forEachRemaining(record -> found.add(record.id()));
    }
    outcomes.forEach(
        (id, outcome) -> {
          boolean isThere = found.contains(id + "a");
          assertThat(found.contains(id + "b")).as("the other half of %s", id).isEqualTo(isThere);
          if (outcome != Outcome.UNKNOWN) {
            assertThat(isThere)
                .as("%s was told %s", id, outcome)
                .isEqualTo(outcome == Outcome.DONE);
          }
        });
    List<Long> told = new ArrayList<>();
    try (var feed = host.changes(host.versions().begin(), null)) {
      for (var changes = feed.poll(); changes != null; changes = feed.poll()) {
        changes.records().forEach(record -> told.add(record.version()));
      }
    }
    assertThat(told).hasSize(found.size());
    for (int i = 0; i < told.size(); i++) {
      assertThat(told.get(i)).isEqualTo(i + 1);
    }
  }

  /** The pool reads the isolation level from its first connection, and keeps it. */
  @Test
  void aFirstConnectionThatIsLostDoesNotSpoilThePool() throws Exception {
    AtomicInteger opened = new AtomicInteger();
    LambdaSource.Opener source =
        () -> {
          Connection connection = DriverManager.getConnection(server.url());
          return opened.incrementAndGet() == 1 ? lostWhenAsked(connection) : connection;
        };
    try (Sessions sessions = new Sessions(source, 2, TIMEOUT, new EngineState())) {
      assertThat(sessions.<Boolean>read(connection -> connection.isValid(1))).isTrue();
    }
    assertThat(opened).hasValueGreaterThan(1);
  }

  /** A number that was not on disk when the server crashed is assigned again, to another write. */
  @Test
  void aNumberThatACrashGivesAgainProvesNothing() throws Exception {
    String schema = schema();
    LambdaSource.Opener source =
        () -> DriverManager.getConnection(server.url() + "&currentSchema=" + schema);
    open(server.url(), schema).close();
    EngineState state = new EngineState();
    try (Sessions sessions = new Sessions(source, 2, Duration.ofSeconds(60), state)) {
      Transactions transactions = new Transactions(sessions, state);
      assertThatThrownBy(
              () ->
                  transactions.write(
                      tx -> {
                        tx.lock();
                        tx.markWritten();
                        crashAndPass(Long.parseLong(tx.id()));
                        return "committed";
                      }))
          .isInstanceOf(OutcomeUnknownException.class);
    }
  }

  private static void crashAndPass(long number) throws SQLException {
    try {
      server.kill();
      server.restart();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
    long given = Long.parseLong(server.ask("SELECT pg_current_xact_id()::text"));
    assertThat(given).as("the first number after the crash").isLessThanOrEqualTo(number);
    while (given < number) {
      given = Long.parseLong(server.ask("SELECT pg_current_xact_id()::text"));
    }
  }

  private static Connection lostWhenAsked(Connection connection) {
    return (Connection)
        Proxy.newProxyInstance(
            Connection.class.getClassLoader(),
            new Class<?>[] {Connection.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("getTransactionIsolation")) {
                connection.close();
              }
              try {
                return method.invoke(connection, arguments);
              } catch (InvocationTargetException failure) {
                throw failure.getCause();
              }
            });
  }

  @Test
  void terminatedSessionsLoseAndInventNothing() throws Exception {
    String schema = schema();
    try (Backend one = open(server.url(), schema);
        Backend two = open(server.url(), schema)) {
      Map<String, Outcome> outcomes =
          writeWhile(
              List.of(one, two),
              () -> {
                for (int i = 0; i < 40; i++) {
                  server.execute(
                      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                          + " WHERE application_name = 'databroker'"
                          + " AND (pid % 3 = "
                          + i % 3
                          + " OR state <> 'idle')");
                }
                return null;
              });
      assertThat(outcomes).containsValue(Outcome.DONE);
      judge(one, outcomes);
      judge(two, outcomes);
    }
  }

  @Test
  void aKilledServerLosesNothingThatItAcknowledged() throws Exception {
    String schema = schema();
    try (Backend one = open(server.url(), schema);
        Backend two = open(server.url(), schema)) {
      long history = one.versions().serverVersion();
      Map<String, Outcome> outcomes =
          writeWhile(
              List.of(one, two),
              () -> {
                for (int i = 0; i < 2; i++) {
                  one.get("t", "0");
                  server.kill();
                  server.restart();
                  awaitBack(one);
                  awaitBack(two);
                }
                return null;
              });
      assertThat(outcomes).containsValue(Outcome.DONE);
      judge(one, outcomes);
      assertThat(one.versions().serverVersion()).isEqualTo(history);
      assertThat(one.state()).isEqualTo(BackendState.SERVING);
    }
  }

  private static void awaitBack(Backend host) {
    Deadline deadline = Deadline.after(Duration.ofSeconds(30));
    while (true) {
      try {
        host.versions();
        return;
      } catch (UnavailableException away) {
        if (deadline.isOver()) {
          throw away;
        }
      }
    }
  }

  @Test
  void callsEndInTimeWhileTheServerIsStopped() throws Exception {
    try (Backend host = open(server.url(), schema())) {
      host.put(List.of(write("before")));
      server.freeze();
      try {
        assertThat(inTime(() -> host.put(List.of(write("meanwhile"))))).isNotEqualTo(Outcome.DONE);
        assertThat(inTime(() -> host.get("t", "before"))).isEqualTo(Outcome.NOT_APPLIED);
        assertThat(inTime(() -> host.put(List.of(large())))).isNotEqualTo(Outcome.DONE);
        assertThat(host.state().mode()).isEqualTo(BackendState.Mode.UNAVAILABLE);
      } finally {
        server.thaw();
      }
      awaitBack(host);
      host.put(List.of(write("after")));
      assertThat(host.get("t", "after")).isNotNull();
    }
  }

  /** Payload larger than the buffers of the network, so that sending it never ends. */
  private static Write large() {
    return Write.put("t", "large", Bytes.copyOf(new byte[12 << 20]));
  }

  @Test
  void aStrangersLockEndsAsUnavailable() throws Exception {
    String schema = schema();
    try (Backend host = open(server.url(), schema)) {
      host.put(List.of(write("before")));
      try (Connection stranger = DriverManager.getConnection(server.url());
          Statement lock = stranger.createStatement()) {
        stranger.setAutoCommit(false);
        lock.execute("LOCK TABLE " + schema + ".record IN ACCESS EXCLUSIVE MODE");
        assertThat(inTime(() -> host.put(List.of(write("meanwhile")))))
            .isEqualTo(Outcome.NOT_APPLIED);
        assertThat(inTime(() -> host.get("t", "before"))).isEqualTo(Outcome.NOT_APPLIED);
        stranger.rollback();
      }
      assertThat(host.get("t", "meanwhile")).isNull();
      host.put(List.of(write("after")));
    }
  }

  @Test
  void callsEndInTimeWhileTheNetworkSwallowsOrIsCut() throws Exception {
    String schema = schema();
    try (TcpSwitch network = new TcpSwitch(server.port());
        Backend far =
            open(server.url().replace(":" + server.port(), ":" + network.port()), schema);
        Backend near = open(server.url(), schema)) {
      far.put(List.of(write("before")));
      network.swallow();
      Outcome swallowed = inTime(() -> far.put(List.of(write("swallowed"))));
      assertThat(swallowed).isNotEqualTo(Outcome.DONE);
      assertThat(inTime(() -> far.get("t", "before"))).isEqualTo(Outcome.NOT_APPLIED);
      // The lost host held no lock: the other one continues.
      assertThat(inTime(() -> near.put(List.of(write("near"))))).isEqualTo(Outcome.DONE);
      network.mend();
      awaitBack(far);
      network.cut();
      assertThat(inTime(() -> far.put(List.of(write("cut"))))).isNotEqualTo(Outcome.DONE);
      network.mend();
      awaitBack(far);
      far.put(List.of(write("after")));
      if (swallowed == Outcome.NOT_APPLIED) {
        assertThat(near.get("t", "swallowed")).isNull();
      }
      assertThat(near.get("t", "after")).isNotNull();
    }
  }

  @Test
  void aFeedGoesOnAfterTheListenerLostItsConnection() throws Exception {
    String schema = schema();
    try (Backend one = open(server.url(), schema);
        Backend two = open(server.url(), schema);
        var feed = new io.databroker.api.BlockingFeed(one.changes(one.versions().end(), null))) {
      for (int i = 0; i < 5; i++) {
        server.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                + " WHERE application_name = 'databroker'");
        int n = i;
        Deadline deadline = Deadline.after(Duration.ofSeconds(30));
        while (outcome(() -> two.put(List.of(write("n" + n)))) != Outcome.DONE) {
          assertThat(deadline.isOver()).isFalse();
        }
        var told = feed.next(Duration.ofSeconds(20));
        assertThat(told).isNotNull();
        assertThat(told.records().get(0).id()).isEqualTo("n" + i);
      }
    }
  }

  @Test
  void afterItsCloseAHostLeavesNoThreadAndNoSession() throws Exception {
    Backend host = open(server.url(), schema());
    host.put(List.of(write("1")));
    host.close();
    server.await(
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'databroker'", "0");
    assertThat(Thread.getAllStackTraces().keySet())
        .noneMatch(thread -> thread.getName().startsWith("databroker-postgres-listener"));
    assertThatThrownBy(host::versions).isInstanceOf(DatabrokerException.class);
  }
}

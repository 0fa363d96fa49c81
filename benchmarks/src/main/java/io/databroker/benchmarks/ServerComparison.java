package io.databroker.benchmarks;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Empty;
import com.google.protobuf.MessageLite;
import io.databroker.server.Databroker;
import io.databroker.server.proto.GetRequest;
import io.databroker.server.proto.GetResponse;
import io.databroker.server.proto.PutRequest;
import io.databroker.server.proto.PutResponse;
import io.databroker.server.proto.Record;
import io.databroker.server.proto.ServerInfoResponse;
import io.databroker.server.proto.SyncLatestRequest;
import io.databroker.server.proto.SyncLatestResponse;
import io.databroker.server.proto.SyncRequest;
import io.databroker.server.proto.SyncResponse;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Compares the server with a no-op server and with one that only stores payloads. Each runs in its
 * own process, and they take turns under the same load from this process. The measure is processor
 * time of the server process, per call or per record sent.
 */
final class ServerComparison implements AutoCloseable {
  private static final List<String> SYNCS =
      List.of("server Sync, 1 client", "server Sync, 100 clients");

  private static final String LATEST = "server SyncLatest, 1 client";
  private static final String GET = "server get";
  private static final String PUT = "server put";
  private static final String TOKEN = "server get with a token";
  private static final String METERED_GET = "server get, with metrics";
  private static final String METERED_PUT = "server put, with metrics";

  /** Names of all rows. */
  static final List<String> ROWS =
      List.of(SYNCS.get(0), SYNCS.get(1), LATEST, GET, TOKEN, PUT, METERED_GET, METERED_PUT);

  /** Processor time that the check of a token may take, in nanoseconds. */
  private static final double MOST_FOR_A_TOKEN = 5_000;

  private static final int KEY_BYTES = 32;

  private static final String NOOP = "no-op service, same messages";
  private static final String KEEPING = "the same, with payloads and messages kept";
  private static final int RECORDS = 50_000;
  private static final int PER_CLIENT = 2_000;

  private final Workload workload = new Workload(RECORDS);
  private final List<Record> records = new ArrayList<>();
  private final ServerProcess ours;
  private final ServerProcess noop;
  private final ServerProcess keeping;
  private final long history;
  private final long latest;

  ServerComparison() throws IOException, InterruptedException {
    for (int i = 0; i < RECORDS; i++) {
      records.add(
          Record.newBuilder()
              .setType(workload.probedType(i))
              .setId(workload.probedId(i))
              .setData(
                  Any.newBuilder()
                      .setTypeUrl("type.googleapis.com/" + workload.probedType(i))
                      .setValue(ByteString.copyFrom(Workload.payload(i))))
              .build());
    }
    ours = new ServerProcess(Databroker.class, "serve", "--listen", "127.0.0.1:0");
    PutResponse stored = load(ours);
    ServerInfoResponse info = ours.blocking().serverInfo(Empty.getDefaultInstance());
    history = info.getServerVersion();
    latest = info.getLatestRecordVersion();
    GetResponse got = ours.blocking().get(getRequest(0));
    SyncResponse change = ours.blocking().sync(syncRequest(latest - 1)).next();
    String[] answers = {base64(got), base64(stored), base64(change), Long.toString(latest)};
    noop = new ServerProcess(NoopServer.class, answers);
    keeping =
        new ServerProcess(NoopServer.class, answers[0], answers[1], answers[2], answers[3], "keep");
    load(keeping);
    load(noop); // only warms this server up, like the others
  }

  /** Puts all records, then one of them again, and returns the answer. */
  private PutResponse load(ServerProcess server) throws InterruptedException {
    Load.<PutResponse>each(
        RECORDS, (i, answer) -> server.calls().put(putRequest(records.get(i)), answer));
    return server.blocking().put(putRequest(records.get(0)));
  }

  private static String base64(MessageLite message) {
    return Base64.getEncoder().encodeToString(message.toByteArray());
  }

  private static PutRequest putRequest(Record record) {
    return PutRequest.newBuilder().addRecords(record).build();
  }

  private GetRequest getRequest(int i) {
    int place = i % RECORDS;
    return GetRequest.newBuilder()
        .setType(workload.probedType(place))
        .setId(workload.probedId(place))
        .build();
  }

  private SyncRequest syncRequest(long from) {
    return SyncRequest.newBuilder()
        .setServerVersion(history)
        .setRecordVersion(from)
        .setWait(false)
        .build();
  }

  /** Load for a number of milliseconds; returns the number of units. */
  private interface Work {
    long on(ServerProcess server, long millis) throws InterruptedException;
  }

  /** Measures the wanted rows on servers of its own. */
  static void measure(Measurement measurement, Predicate<String> wanted, Consumer<Outcome> told)
      throws IOException, InterruptedException {
    try (ServerComparison server = new ServerComparison()) {
      server.run(measurement, wanted, told);
    }
  }

  /** Measures the wanted rows; streams come first, because puts make the history longer. */
  private void run(Measurement measurement, Predicate<String> wanted, Consumer<Outcome> told)
      throws IOException, InterruptedException {
    for (int i = 0; i < SYNCS.size(); i++) {
      int clients = i == 0 ? 1 : 100;
      long from = latest - (clients == 1 ? RECORDS : PER_CLIENT);
      measure(
          measurement,
          rows(SYNCS.get(i), "record, CPU of the server"),
          (server, millis) ->
              Load.<SyncResponse>streams(
                  millis,
                  clients,
                  (client, answer) -> server.calls().sync(syncRequest(from), answer)),
          wanted,
          told);
    }
    measure(
        measurement,
        rows(LATEST, "record, CPU of the server").subList(0, 1),
        (server, millis) ->
            Load.<SyncLatestResponse>streams(
                millis,
                1,
                (client, answer) ->
                    server.calls().syncLatest(SyncLatestRequest.getDefaultInstance(), answer)),
        wanted,
        told);
    measure(
        measurement,
        rows(GET, "call, CPU of the server").subList(0, 1), // both references answer the same
        this::gets,
        wanted,
        told);
    if (wanted.test(TOKEN)) {
      measureToken(measurement, wanted, told);
    }
    measure(measurement, rows(PUT, "call, CPU of the server"), this::puts, wanted, told);
    if (wanted.test(METERED_GET) || wanted.test(METERED_PUT)) {
      try (ServerProcess metered =
          new ServerProcess(
              Databroker.class, "serve", "--listen", "127.0.0.1:0", "--metrics", "127.0.0.1:0")) {
        load(metered);
        List<ServerProcess> both = List.of(metered, ours);
        measure(measurement, both, metered(METERED_GET), this::gets, wanted, told);
        measure(measurement, both, metered(METERED_PUT), this::puts, wanted, told);
      }
    }
  }

  private void measureToken(
      Measurement measurement, Predicate<String> wanted, Consumer<Outcome> told)
      throws IOException, InterruptedException {
    byte[] key = new byte[KEY_BYTES];
    new SecureRandom().nextBytes(key);
    try (ServerProcess keyed = ServerProcess.withKey(key)) {
      load(keyed);
      List<Row> rows =
          List.of(
              Row.of(
                  TOKEN,
                  "server get, no shared key",
                  "call, CPU of the server",
                  1,
                  Target.atMostMore(MOST_FOR_A_TOKEN)));
      List<ServerProcess> both = List.of(keyed, ours);
      measure(measurement, both, rows, this::gets, wanted, told);
    }
  }

  private long gets(ServerProcess server, long millis) throws InterruptedException {
    return Load.<GetResponse>unary(
        millis, (i, answer) -> server.calls().get(getRequest(i), answer));
  }

  private long puts(ServerProcess server, long millis) throws InterruptedException {
    return Load.<PutResponse>unary(
        millis, (i, answer) -> server.calls().put(putRequest(records.get(i % RECORDS)), answer));
  }

  /** Returns the row that compares a server with metrics with one without. */
  private static List<Row> metered(String name) {
    return List.of(
        Row.of(name, "the same server without", "call, CPU of the server", 1, Target.atMost(1.03)));
  }

  /** Returns a row with a target for the first reference, and one for the second. */
  private static List<Row> rows(String name, String unit) {
    return List.of(
        Row.of(name, NOOP, unit, 1, Target.atMost(1.25)),
        Row.of(name, KEEPING, unit, 2, Target.none(Target.Measure.TIME)));
  }

  private void measure(
      Measurement measurement,
      List<Row> rows,
      Work work,
      Predicate<String> wanted,
      Consumer<Outcome> told)
      throws InterruptedException {
    List<ServerProcess> servers = List.of(ours, noop, keeping).subList(0, 1 + rows.size());
    measure(measurement, servers, rows, work, wanted, told);
  }

  /** Lets the servers take turns under the same work. */
  private static void measure(
      Measurement measurement,
      List<ServerProcess> servers,
      List<Row> rows,
      Work work,
      Predicate<String> wanted,
      Consumer<Outcome> told)
      throws InterruptedException {
    if (!wanted.test(rows.get(0).name())) {
      return;
    }
    long millis = 3 * measurement.turnMillis();
    int pairs = measurement.forks() * measurement.pairs();
    double[][] nanos = new double[servers.size()][pairs];
    long[] before = new long[servers.size()];
    long[] units = new long[servers.size()];
    for (int pair = -measurement.warmups(); pair <= pairs; pair++) {
      for (int side = 0; side < nanos.length; side++) {
        ServerProcess server = servers.get(side);
        // Work that a server does during the turns of others counts as its own.
        long now = server.cpu().toNanos();
        if (pair > 0) {
          nanos[side][pair - 1] = (double) (now - before[side]) / units[side];
        }
        before[side] = now;
        units[side] =
            work.on(
                server, millis); // the last turn only separates the measurements; it is not counted
      }
    }
    for (Row row : rows) {
      told.accept(Outcome.of(row, nanos, new double[nanos.length][0]));
    }
  }

  @Override
  public void close() {
    ours.close();
    noop.close();
    keeping.close();
  }
}

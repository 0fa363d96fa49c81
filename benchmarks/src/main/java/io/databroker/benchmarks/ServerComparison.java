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
import io.databroker.server.proto.SyncRequest;
import io.databroker.server.proto.SyncResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * The server beside one that does nothing, each in a process of its own, taking turns under the
 * same load from this process. What counts is the processor time of the server's process, by call
 * or by record sent.
 */
final class ServerComparison implements AutoCloseable {
  private static final List<String> SYNCS =
      List.of("server Sync, 1 client", "server Sync, 100 clients");

  private static final String GET = "server get";
  private static final String PUT = "server put";

  /** The names of all rows. */
  static final List<String> ROWS = List.of(SYNCS.get(0), SYNCS.get(1), GET, PUT);

  private static final String REFERENCE = "no-op service, same messages";
  private static final int RECORDS = 50_000;
  private static final int PER_CLIENT = 2_000;

  private final Workload workload = new Workload(RECORDS);
  private final List<Record> records = new ArrayList<>();
  private final ServerProcess ours;
  private final ServerProcess noop;
  private final long history;
  private final long latest;

  ServerComparison() throws IOException {
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
    PutResponse stored = PutResponse.getDefaultInstance();
    for (Record record : records) {
      stored = ours.blocking().put(putRequest(record));
    }
    ServerInfoResponse info = ours.blocking().serverInfo(Empty.getDefaultInstance());
    history = info.getServerVersion();
    latest = info.getLatestRecordVersion();
    GetResponse got = ours.blocking().get(getRequest(0));
    SyncResponse change = ours.blocking().sync(syncRequest(latest - 1)).next();
    noop =
        new ServerProcess(
            NoopServer.class, base64(got), base64(stored), base64(change), Long.toString(latest));
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

  /** A load for so many milliseconds; answers how many units it was. */
  private interface Work {
    long on(ServerProcess server, long millis) throws InterruptedException;
  }

  /** Measures the wanted rows; streams first, as puts would make the history longer. */
  List<Outcome> run(Measurement measurement, Predicate<String> wanted, Consumer<Outcome> told)
      throws InterruptedException {
    List<Outcome> outcomes = new ArrayList<>();
    for (int i = 0; i < SYNCS.size(); i++) {
      int clients = i == 0 ? 1 : 100;
      long from = latest - (clients == 1 ? RECORDS : PER_CLIENT);
      measure(
          measurement,
          row(SYNCS.get(i), "record, CPU of the server"),
          (server, millis) ->
              Load.<SyncResponse>streams(
                  millis,
                  clients,
                  (client, answer) -> server.calls().sync(syncRequest(from), answer)),
          wanted,
          outcomes,
          told);
    }
    measure(
        measurement,
        row(GET, "call, CPU of the server"),
        (server, millis) ->
            Load.<GetResponse>unary(
                millis, (i, answer) -> server.calls().get(getRequest(i), answer)),
        wanted,
        outcomes,
        told);
    measure(
        measurement,
        row(PUT, "call, CPU of the server"),
        (server, millis) ->
            Load.<PutResponse>unary(
                millis,
                (i, answer) -> server.calls().put(putRequest(records.get(i % RECORDS)), answer)),
        wanted,
        outcomes,
        told);
    return outcomes;
  }

  private static Row row(String name, String unit) {
    return Row.of(name, REFERENCE, unit, 1, Target.atMost(1.25));
  }

  private void measure(
      Measurement measurement,
      Row row,
      Work work,
      Predicate<String> wanted,
      List<Outcome> outcomes,
      Consumer<Outcome> told)
      throws InterruptedException {
    if (!wanted.test(row.name())) {
      return;
    }
    List<ServerProcess> servers = List.of(ours, noop);
    long millis = 3 * measurement.turnMillis();
    int pairs = measurement.pairs();
    double[][] nanos = new double[2][pairs];
    for (int pair = -measurement.warmups(); pair < pairs; pair++) {
      for (int side = 0; side < 2; side++) {
        ServerProcess server = servers.get(side);
        long before = server.cpu().toNanos();
        long units = work.on(server, millis);
        long used = server.cpu().toNanos() - before;
        if (pair >= 0) {
          nanos[side][pair] = (double) used / units;
        }
      }
    }
    Outcome outcome = Outcome.of(row, nanos, new double[2][0]);
    outcomes.add(outcome);
    told.accept(outcome);
  }

  @Override
  public void close() {
    ours.close();
    noop.close();
  }
}

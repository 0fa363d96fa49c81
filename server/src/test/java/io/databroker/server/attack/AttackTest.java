package io.databroker.server.attack;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Empty;
import io.databroker.server.attack.Attacks.Attack;
import io.databroker.server.proto.DataBrokerServiceGrpc;
import io.databroker.server.proto.DataBrokerServiceGrpc.DataBrokerServiceFutureStub;
import io.databroker.server.proto.GetRequest;
import io.databroker.server.proto.PutRequest;
import io.databroker.server.proto.QueryRequest;
import io.databroker.server.proto.Record;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Hostile clients against a server with a small heap, while a well-behaved client uses it.
 *
 * <p>The build runs the short form. {@code .ci/attack} runs the long form, which gives each attack
 * more time and prints the measurements.
 */
class AttackTest {
  private static final int SECONDS = Integer.getInteger("attack.seconds", 2);
  private static final int AFTER = Integer.getInteger("attack.after", 2);
  private static final String BACKEND = System.getProperty("attack.backend", "inmemory");
  private static final String JVM = System.getProperty("attack.jvm", "-Xmx256m");
  private static final String ONLY = System.getProperty("attack.only", "");
  private static final boolean STRICT = Boolean.getBoolean("attack.strict");
  private static final int LARGE = 1 << 20;

  private static final QueryRequest SMALL_QUERY =
      QueryRequest.newBuilder().setType("small").setQuery("x").setLimit(1).build();

  @TempDir Path folder;

  private static Map<String, Attack> attacks(long serverVersion) {
    Map<String, Attack> all = new LinkedHashMap<>();
    all.put(
        "V1 put of empty records, gzipped",
        Attacks.bomb("Put", Attacks.repeated(1, 4_000_000), true));
    all.put("V1 put of empty records", Attacks.bomb("Put", Attacks.repeated(1, 400_000), false));
    all.put(
        "V1 patch of empty records, gzipped",
        Attacks.bomb("Patch", Attacks.repeated(1, 4_000_000), true));
    all.put(
        "V1 filter of empty values, gzipped",
        Attacks.bomb("Query", Attacks.filterOfMany(4_000_000), true));
    all.put(
        "V1 options of empty fields, gzipped",
        Attacks.bomb("SetOptions", Attacks.optionsOfMany(4_000_000), true));
    all.put(
        "V1 unknown fields, gzipped", Attacks.bomb("Get", Attacks.unknownFields(4_000_000), true));
    all.put(
        "V1 payload of many values, searched",
        Attacks.bomb(
            "Query",
            QueryRequest.newBuilder()
                .setType("many")
                .setQuery("x")
                .setLimit(1)
                .build()
                .toByteArray(),
            false));
    all.put("V2 gets that are not read", Attacks::readNothing);
    all.put("V3 long queries", Attacks::search);
    all.put("V4 flood: rapid reset", Attacks.flood(Attacks::rapidReset));
    all.put("V4 flood: made you reset", Attacks.flood(Attacks::madeYouReset));
    all.put("V4 flood: PING", Attacks.flood(Attacks::ping));
    all.put("V4 flood: SETTINGS", Attacks.flood(Attacks::settings));
    all.put("V4 flood: PRIORITY", Attacks.flood(Attacks::priority));
    all.put("V4 flood: empty DATA", Attacks.emptyData());
    all.put("V5 watchers that do not read", Attacks.watch(serverVersion, 10, 1_000));
    all.put("V5 half-sent requests", Attacks::halfSent);
    all.put("V6 leases", Attacks::leases);
    all.put("V7 silent connections", Attacks.silence(2_000));
    if (STRICT) {
      all.putAll(new TreeMap<>(FrameAttacks.all()));
      all.putAll(HoldingAttacks.all(serverVersion));
      all.putAll(ContentAttacks.all());
    }
    return all;
  }

  @Test
  void noClientHurtsAnother() throws Exception {
    List<String> options = new ArrayList<>(List.of("--backend", BACKEND));
    List<String> problems = new ArrayList<>();
    Path log = folder.resolve("server.log");
    try (ServerProcess server = ServerProcess.start(log, List.of(JVM.split(" ")), options);
        Probe probe = new Probe(server.port, 50, gets());
        Probe puts =
            new Probe(
                server.port, 10, calls -> calls.put(put("small", "2", Any.getDefaultInstance())));
        Probe queries = new Probe(server.port, 10, calls -> calls.query(SMALL_QUERY))) {
      long serverVersion = fill(server.port);
      wait(1);
      probe.look();
      for (Map.Entry<String, Attack> each : attacks(serverVersion).entrySet()) {
        if (Arrays.stream(ONLY.split(",", -1)).anyMatch(each.getKey()::contains)) {
          puts.look();
          queries.look();
          problems.addAll(one(each.getKey(), each.getValue(), server, probe));
          if (Boolean.getBoolean("attack.tell")) {
            System.out.printf("%-40s puts %s queries %s%n", "", puts.look(), queries.look());
          }
          if (!server.isAlive()) {
            break;
          }
        }
      }
      assertThat(problems).as(Files.readString(log)).isEmpty();
      assertThat(server.log()).doesNotContain("\tat ").doesNotContain(" SEVERE ");
    }
  }

  private static List<String> one(String name, Attack attack, ServerProcess server, Probe probe)
      throws Exception {
    List<String> problems = new ArrayList<>();
    attack.run(server.port, System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS));
    Probe.Seen during = probe.look();
    wait(AFTER);
    probe.look(); // it may have begun during the attack
    wait(1);
    Probe.Seen after = probe.look();
    double allowed = name.contains("flood") ? 0.3 : 0.05;
    if (Boolean.getBoolean("attack.tell")) {
      System.out.printf("%-40s during %s after %s%n", name, during, after);
    }
    if (!server.isAlive()) {
      problems.add(name + " ended the process");
    }
    // The short form runs on a loaded machine, and cannot judge speed.
    if (during.failed() > 0 || (STRICT && during.slowShare() > allowed)) {
      problems.add(name + ", meanwhile: " + during);
    }
    if (after.failed() > 0 || (STRICT && after.slow() > 0) || after.sent() == 0) {
      problems.add(name + ", afterwards: " + after);
    }
    return problems;
  }

  /** Waits a fixed time on purpose: the length of the attack, or of the rest after it. */
  private static void wait(int seconds) {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    while (System.nanoTime() - until < 0) {
      LockSupport.parkNanos(10_000_000);
    }
  }

  private static Function<DataBrokerServiceFutureStub, ListenableFuture<?>> gets() {
    GetRequest request = GetRequest.newBuilder().setType("small").setId("1").build();
    return calls -> calls.get(request);
  }

  private static long fill(int port) {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", port, InsecureChannelCredentials.create())
            .build();
    try {
      return fill(
          DataBrokerServiceGrpc.newBlockingStub(channel).withDeadlineAfter(60, TimeUnit.SECONDS));
    } finally {
      channel.shutdownNow();
    }
  }

  private static long fill(DataBrokerServiceGrpc.DataBrokerServiceBlockingStub calls) {
    String text = "a".repeat(LARGE - 100);
    ByteString value = ByteString.copyFromUtf8(text);
    Any large =
        Any.newBuilder()
            .setTypeUrl("type.googleapis.com/google.protobuf.StringValue")
            .setValue(
                com.google.protobuf.StringValue.newBuilder()
                    .setValueBytes(value)
                    .build()
                    .toByteString())
            .build();
    var unused = calls.put(put("small", "1", Any.getDefaultInstance()));
    for (int i = 1; i <= 4; i++) {
      unused = calls.put(put(Attacks.LARGE, Integer.toString(i), large));
    }
    unused = calls.put(Attacks.payloadOfMany(400_000));
    return calls.serverInfo(Empty.getDefaultInstance()).getServerVersion();
  }

  private static PutRequest put(String type, String id, Any data) {
    return PutRequest.newBuilder()
        .addRecords(Record.newBuilder().setType(type).setId(id).setData(data))
        .build();
  }
}

package io.databroker.benchmarks;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Empty;
import io.databroker.server.proto.DataBrokerServiceGrpc;
import io.databroker.server.proto.GetRequest;
import io.databroker.server.proto.GetResponse;
import io.databroker.server.proto.PutRequest;
import io.databroker.server.proto.PutResponse;
import io.databroker.server.proto.Record;
import io.databroker.server.proto.ServerInfoResponse;
import io.databroker.server.proto.SyncRequest;
import io.databroker.server.proto.SyncResponse;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Measures the resident memory of a packaged server under load and after idle minutes, for several
 * sets of JVM options, on Linux. {@code benchmarks/memory} runs it.
 *
 * <p>The load takes turns: gets, puts that overwrite, one stream of all records, a hundred streams
 * of some. Throughput is given in calls and messages per second of the server's processor time.
 */
public final class ResidentMemory {
  private static final int RECORDS = 100_000;
  private static final int PER_CLIENT = 2_000;
  private static final long TURN_MILLIS = 2_500;
  private static final Pattern ADDRESS = Pattern.compile("listen=(\\S+)");

  private final Workload workload = new Workload(RECORDS);
  private final Process process;
  private final ManagedChannel channel;
  private long units;

  private ResidentMemory(Path launcher, String jvm, List<String> options) throws IOException {
    List<String> command = new ArrayList<>(List.of(launcher.toString(), "serve"));
    command.addAll(List.of("--listen", "127.0.0.1:0"));
    command.addAll(options);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("DATABROKER_JAVA_OPTS", jvm);
    process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String ready = process.inputReader(StandardCharsets.UTF_8).readLine();
    Matcher address = ADDRESS.matcher(String.valueOf(ready));
    if (!address.find()) {
      throw new IOException("not ready: " + ready);
    }
    channel = Grpc.newChannelBuilder(address.group(1), InsecureChannelCredentials.create()).build();
  }

  /**
   * Measures each set of options.
   *
   * @param arguments the launcher; seconds of load; seconds of idleness; options of {@code serve}
   *     in one argument; then the sets of JVM options, each in one argument
   */
  public static void main(String[] arguments) throws Exception {
    Path launcher = Path.of(arguments[0]).toAbsolutePath();
    long load = Long.parseLong(arguments[1]);
    long idle = Long.parseLong(arguments[2]);
    List<String> options =
        arguments[3].isEmpty() ? List.of() : List.of(arguments[3].split(" ", -1));
    System.out.println("| JVM options | peak MB | idle MB | units per CPU second | units per s |");
    System.out.println("|---|--:|--:|--:|--:|");
    for (int i = 4; i < arguments.length; i++) {
      ResidentMemory server = new ResidentMemory(launcher, arguments[i], options);
      try {
        System.out.println(server.measure(arguments[i], load, idle));
      } finally {
        server.close();
      }
    }
  }

  private String measure(String name, long load, long idle) throws Exception {
    fill();
    long begin = System.nanoTime();
    Duration cpu = cpu();
    while (System.nanoTime() - begin < TimeUnit.SECONDS.toNanos(load)) {
      round();
    }
    double seconds = (System.nanoTime() - begin) / 1e9;
    double cpuSeconds = cpu().minus(cpu).toNanos() / 1e9;
    long peak = kilobytes("VmHWM");
    TimeUnit.SECONDS.sleep(idle);
    return String.format(
        Locale.ROOT,
        "| `%s` | %d | %d | %,.0f | %,.0f |",
        name,
        peak >> 10,
        kilobytes("VmRSS") >> 10,
        units / cpuSeconds,
        units / seconds);
  }

  private void fill() throws InterruptedException {
    Load.<PutResponse>each(
        RECORDS,
        (i, answer) ->
            DataBrokerServiceGrpc.newStub(channel)
                .put(PutRequest.newBuilder().addRecords(record(i)).build(), answer));
  }

  private void round() throws InterruptedException {
    var calls = DataBrokerServiceGrpc.newStub(channel);
    units +=
        Load.<GetResponse>unary(
            TURN_MILLIS,
            (i, answer) ->
                calls.get(
                    GetRequest.newBuilder()
                        .setType(workload.probedType(i % RECORDS))
                        .setId(workload.probedId(i % RECORDS))
                        .build(),
                    answer));
    units +=
        Load.<PutResponse>unary(
            TURN_MILLIS,
            (i, answer) ->
                calls.put(PutRequest.newBuilder().addRecords(record(i % RECORDS)).build(), answer));
    ServerInfoResponse info =
        DataBrokerServiceGrpc.newBlockingStub(channel).serverInfo(Empty.getDefaultInstance());
    for (int clients : List.of(1, 100)) {
      long from = info.getLatestRecordVersion() - (clients == 1 ? RECORDS : PER_CLIENT);
      SyncRequest request =
          SyncRequest.newBuilder()
              .setServerVersion(info.getServerVersion())
              .setRecordVersion(from)
              .setWait(false)
              .build();
      units +=
          Load.<SyncResponse>streams(
              TURN_MILLIS / 2, clients, (client, answer) -> calls.sync(request, answer));
    }
  }

  private Record record(int i) {
    return Record.newBuilder()
        .setType(workload.probedType(i))
        .setId(workload.probedId(i))
        .setData(
            Any.newBuilder()
                .setTypeUrl("type.googleapis.com/" + workload.probedType(i))
                .setValue(ByteString.copyFrom(Workload.payload(i))))
        .build();
  }

  private Duration cpu() {
    return process.toHandle().info().totalCpuDuration().orElseThrow();
  }

  private long kilobytes(String field) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/" + process.pid() + "/status"))) {
      if (line.startsWith(field + ":")) {
        return Long.parseLong(line.replaceAll("\\D", ""));
      }
    }
    throw new IOException("no " + field);
  }

  private void close() throws InterruptedException {
    channel.shutdownNow();
    process.destroy();
    if (!process.waitFor(10, TimeUnit.SECONDS)) {
      process.destroyForcibly();
    }
  }
}

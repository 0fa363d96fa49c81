package io.databroker.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.host.BackendConfig;
import io.databroker.host.Databroker;
import io.databroker.host.copy.UnfinishedMark;
import io.databroker.server.fixture.Command;
import io.databroker.server.proto.DataBrokerServiceGrpc;
import io.databroker.server.proto.DataBrokerServiceGrpc.DataBrokerServiceBlockingStub;
import io.databroker.server.proto.PutRequest;
import io.databroker.server.proto.Record;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Copies, backups and restores that are killed while writers run, and are then continued. {@code
 * -Ddatabroker.copies.records=1000000 -Ddatabroker.copies.kills=20} is the long form.
 */
@EnabledIfSystemProperty(
    named = "databroker.copies.records",
    matches = "[0-9]+",
    disabledReason =
        "a long run: -Ddatabroker.copies.records=N; UnfinishedMarkTest is its short form")
class KilledCopiesTest {
  private static final int RECORDS = Integer.getInteger("databroker.copies.records", 2_000);
  private static final int KILLS = Integer.getInteger("databroker.copies.kills", 1);
  private static final long SEED = Long.getLong("databroker.copies.seed", 11);
  private static final boolean LONG = RECORDS > 100_000;
  private static final int BATCH = 500;
  private static final int WRITERS = 2;

  /** Pause of a writer between two batches of ten records. */
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  @TempDir Path folder;

  private final Random random = new Random(SEED);
  private final List<Process> processes = new ArrayList<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final AtomicBoolean over = new AtomicBoolean();
  private ManagedChannel channel;
  private RunningServer running;
  private String source;

  @BeforeEach
  void start() throws Exception {
    if (LONG) { // more than the heap of this process
      Process server = command("server", "2g", "serve", "--listen", "127.0.0.1:0");
      source = server.inputReader().readLine().replaceAll(".* listen=", "");
    } else {
      running = RunningServer.start();
      source = running.address;
    }
    int port = Integer.parseInt(source.substring(source.lastIndexOf(':') + 1));
    channel =
        NettyChannelBuilder.forAddress("127.0.0.1", port, InsecureChannelCredentials.create())
            .build();
    DataBrokerServiceBlockingStub calls = DataBrokerServiceGrpc.newBlockingStub(channel);
    for (int i = 0; i < RECORDS; i += BATCH) {
      PutRequest.Builder batch = PutRequest.newBuilder();
      for (int j = i; j < i + BATCH; j++) {
        batch.addRecords(Record.newBuilder().setType("t" + j % 3).setId("id" + j));
      }
      calls.put(batch.build());
    }
    run("options", "set", "t0", "--capacity", Integer.toString(RECORDS / 4), "--server", source);
    run("options", "set", "t1", "--ttl", "1h", "--server", source);
  }

  @AfterEach
  void stop() throws Exception {
    over.set(true);
    threads.shutdownNow();
    processes.forEach(Process::destroyForcibly);
    channel.shutdownNow();
    if (running != null) {
      running.stop();
    }
  }

  private Process command(String log, String heap, String... arguments) throws IOException {
    Process process = Command.start(folder.resolve(log), heap, arguments);
    processes.add(process);
    return process;
  }

  private static Cli run(String... arguments) {
    Cli done = Cli.run(arguments);
    assertThat(done.code()).as("%s: %s", Arrays.toString(arguments), done.err()).isZero();
    return done;
  }

  private List<Future<?>> writers() {
    over.set(false);
    List<Future<?>> writers = new ArrayList<>();
    for (int i = 0; i < WRITERS; i++) {
      int seed = i;
      writers.add(threads.submit(() -> write(new Random(SEED + seed))));
    }
    return writers;
  }

  private void stop(List<Future<?>> writers) throws Exception {
    over.set(true);
    for (Future<?> writer : writers) {
      writer.get(60, TimeUnit.SECONDS);
    }
  }

  private void write(Random choice) {
    DataBrokerServiceBlockingStub calls = DataBrokerServiceGrpc.newBlockingStub(channel);
    while (!over.get()) {
      PutRequest.Builder batch = PutRequest.newBuilder();
      for (int i = 0; i < 10; i++) {
        int id = choice.nextInt(RECORDS + RECORDS / 10);
        Record.Builder record = Record.newBuilder().setType("t" + id % 3).setId("id" + id);
        if (choice.nextInt(4) == 0) {
          record.setDeletedAt(com.google.protobuf.Timestamp.newBuilder().setSeconds(1));
        }
        batch.addRecords(record);
      }
      calls.put(batch.build());
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  /** Kills a process after some time, unless it has ended; returns whether it was killed. */
  private boolean kill(Process process, int longestMillis) throws InterruptedException {
    boolean ended = process.waitFor(300 + random.nextInt(longestMillis), TimeUnit.MILLISECONDS);
    process.destroyForcibly();
    process.waitFor();
    return !ended;
  }

  /** Kills a process soon after it has created a file; returns whether it was killed. */
  private boolean killAtWork(Process process, Path created) throws InterruptedException {
    while (process.isAlive() && !Files.exists(created)) {
      LockSupport.parkNanos(100_000);
    }
    boolean ended = process.waitFor(random.nextInt(20), TimeUnit.MILLISECONDS);
    process.destroyForcibly();
    process.waitFor();
    return !ended;
  }

  private void assertEqual(String store) {
    assertThat(run("verify", source, store).out()).startsWith("equal: ");
  }

  @Test
  void aFollowingCopyGoesOnAfterEachKill() throws Exception {
    String target = "offheap:directory=" + folder.resolve("copy");
    List<Future<?>> writers = writers();
    int kills = 0;
    while (kills < KILLS) {
      Process copy =
          command("copy" + kills, "512m", "copy", "--follow", "--from", source, "--to", target);
      if (kill(copy, LONG ? 12_000 : 2_500)) {
        kills++;
      }
    }
    stop(writers);
    Cli copied = Cli.run("copy", "--from", source, "--to", target);
    assertThat(copied.code()).as(copied.err()).isZero();
    assertEqual(target);
    evictsTheSame(folder.resolve("copy"));
  }

  /** Writes the same new records to both, and compares the ids that are left. */
  private void evictsTheSame(Path directory) throws Exception {
    RunningServer copy =
        RunningServer.start("--backend", "offheap", "--set", "directory=" + directory);
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 200; i++) {
      lines.append("{\"type\":\"t0\",\"id\":\"new").append(i).append("\"}\n");
    }
    List<List<String>> left = new ArrayList<>();
    for (String server : new String[] {source, copy.address}) {
      assertThat(Cli.run(Cli.text(lines.toString()), "import", "-", "--server", server).code())
          .isZero();
      left.add(
          run("export", "--type", "t0", "--server", server)
              .out()
              .lines()
              .map(line -> line.replaceAll(".*\"id\":\"([^\"]*)\".*", "$1"))
              .sorted()
              .toList());
    }
    assertThat(left.get(0)).hasSizeGreaterThan(200).isEqualTo(left.get(1));
    assertThat(copy.stop()).isZero();
  }

  @Test
  void aBackupIsWholeOrAbsentAndARestoreIsWholeOrTold() throws Exception {
    Path file = folder.resolve("a.backup");
    List<Future<?>> writers = writers();
    int kills = 0;
    int attempts = 0;
    while (kills < KILLS && attempts++ < 10 * KILLS) {
      Files.deleteIfExists(file);
      Process backup =
          command("backup" + kills, "512m", "backup", "--from", source, file.toString());
      if (kill(backup, LONG ? 9_000 : 900)) {
        kills++;
      }
      if (Files.exists(file)) {
        run("backup", "--check", file.toString());
      }
    }
    assertThat(kills).as("kills of backups").isEqualTo(KILLS);
    stop(writers);
    run("backup", "--overwrite", "--from", source, file.toString());
    restoreUnderKills(List.of(file));
  }

  @Test
  void anIncrementIsWholeOrAbsentAndItsChainRestoresTheStore() throws Exception {
    List<Path> chain = new ArrayList<>(List.of(folder.resolve("0.backup")));
    run("backup", "--from", source, chain.get(0).toString());
    List<Future<?>> writers = writers();
    int kills = 0;
    int halfWay = 0;
    for (int attempt = 0; kills < KILLS && attempt < 10 * KILLS; attempt++) {
      Path next = folder.resolve(chain.size() + ".backup");
      Path partial = folder.resolve(chain.size() + ".backup.partial");
      String[] since = since(chain, next);
      Process increment = command("increment" + attempt, "512m", since);
      boolean killed =
          attempt % 2 == 0 ? kill(increment, LONG ? 9_000 : 900) : killAtWork(increment, partial);
      kills += killed ? 1 : 0;
      halfWay += killed && Files.exists(partial) ? 1 : 0;
      if (Files.exists(next)) {
        chain.add(next);
        run(with(chain, "backup", "--check"));
      }
    }
    assertThat(kills).as("kills of increments").isEqualTo(KILLS);
    if (KILLS > 1) {
      assertThat(halfWay).as("increments that were killed half-way").isPositive();
    }
    stop(writers);
    Path last = folder.resolve("last.backup");
    run(since(chain, last));
    chain.add(last);
    System.out.printf(
        Locale.ROOT,
        "kills of increments: %d, of them %d half-way; increments: %d%n",
        kills,
        halfWay,
        chain.size() - 1);
    restoreUnderKills(chain);
  }

  private String[] since(List<Path> chain, Path file) {
    Path base = chain.get(chain.size() - 1);
    return with(List.of(file), "backup", "--from", source, "--since", base.toString());
  }

  private static String[] with(List<Path> files, String... arguments) {
    return Stream.concat(Stream.of(arguments), files.stream().map(Path::toString))
        .toArray(String[]::new);
  }

  /** Restores backups in processes that are killed, until the restored store equals the source. */
  private void restoreUnderKills(List<Path> files) throws Exception {
    Path directory = folder.resolve("restored");
    String target = "offheap:directory=" + directory;
    int told = 0;
    for (int i = 0; i < KILLS; i++) {
      Process restore =
          command("restore" + i, "512m", with(files, "restore", "--replace", "--to", target));
      boolean killed = kill(restore, LONG ? 12_000 : 1_500);
      if (killed && Files.exists(directory.resolve("store.properties"))) {
        told += isToldOrEmpty(directory) ? 1 : 0;
      }
    }
    run(with(files, "restore", "--replace", "--to", target));
    assertEqual(target);
    if (LONG) {
      assertThat(told).as("restores that were killed half way").isPositive();
    }
  }

  /** Returns whether a store is marked; if not, it must hold everything or nothing. */
  private static boolean isToldOrEmpty(Path directory) {
    try (Databroker broker =
        Databroker.builder()
            .backend(BackendConfig.of("offheap").with("directory", directory.toString()))
            .openUnfinished()
            .open()) {
      String unfinished = UnfinishedMark.of(broker.backend());
      if (unfinished == null) {
        assertThat(broker.backend().listTypes()).isIn(List.of(), List.of("t0", "t1", "t2"));
        assertThat(broker.backend().options().keySet()).isIn(Set.of(), Set.of("t0", "t1"));
      }
      return unfinished != null;
    }
  }
}

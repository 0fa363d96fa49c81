package io.databroker.postgres;

import io.databroker.api.Backend;
import io.databroker.api.Bytes;
import io.databroker.api.ChangeFeed;
import io.databroker.api.Changes;
import io.databroker.api.DatabrokerException;
import io.databroker.api.HistoryReplacedException;
import io.databroker.api.Position;
import io.databroker.api.Selection;
import io.databroker.api.StoredRecord;
import io.databroker.api.Versions;
import io.databroker.api.Write;
import io.databroker.tck.DatabrokerTck;
import io.databroker.tck.history.Answer;
import io.databroker.tck.history.Call;
import io.databroker.tck.history.FeedJoin;
import io.databroker.tck.history.Followed;
import io.databroker.tck.history.History;
import io.databroker.tck.history.Operation;
import io.databroker.tck.history.Recorder;
import io.databroker.tck.history.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Runs clients on two hosts under one fault, and checks their answers. */
final class FaultRound {
  private static final int CLIENTS = 6;

  /** Code that causes a fault. */
  interface Work {
    void run() throws Exception;
  }

  private final List<Backend> hosts;
  private final SplittableRandom random;
  private final Recorder recorder = new Recorder();
  private final CountDownLatch over = new CountDownLatch(1);
  private final ExecutorService threads = Executors.newCachedThreadPool(Threads.named("client"));
  private final List<Operation> operations = new ArrayList<>();
  private final FaultLeases leases;
  private final boolean mayClear;
  private History.@Nullable Start start;

  /**
   * Prepares a round.
   *
   * @param mayClear whether one of the clients clears once
   */
  FaultRound(String name, List<Backend> hosts, SplittableRandom random, boolean mayClear) {
    this.hosts = hosts;
    this.random = random;
    this.mayClear = mayClear;
    this.leases = new FaultLeases(recorder, name);
  }

  FaultLeases leases() {
    return leases;
  }

  boolean mayClear() {
    return mayClear;
  }

  History history() {
    return new History(start(), operations);
  }

  private History.Start start() {
    if (start == null) {
      start = onceBack(() -> Recorder.start(hosts.get(0)));
    }
    return start;
  }

  long unknown() {
    return operations.stream().filter(it -> it.answer() instanceof Answer.Unknown).count();
  }

  /** Retries until the hosts and the server are back. */
  static <T> T onceBack(Supplier<T> call) {
    Deadline deadline = Deadline.after(Duration.ofSeconds(60));
    while (true) {
      try {
        return call.get();
      } catch (DatabrokerException away) {
        if (deadline.isOver()) {
          throw away;
        }
        FaultCluster.pause(Duration.ofMillis(10));
      }
    }
  }

  /** Runs the clients during the fault. */
  private void play(Work fault, boolean goOnAfter) throws Exception {
    start();
    List<FaultClient> clients = new ArrayList<>();
    List<Future<List<Operation>>> played = new ArrayList<>();
    List<Future<?>> beside = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      Backend host = hosts.get(i % hosts.size());
      FaultClient client = new FaultClient(i, host, recorder, random.split(), mayClear && i == 0);
      clients.add(client);
      played.add(threads.submit(() -> client.play(over, () -> goOnAfter)));
    }
    for (Backend host : hosts) {
      SplittableRandom mine = random.split();
      beside.add(threads.submit(() -> leases.contend(host, mine, over)));
    }
    beside.add(threads.submit(() -> leases.keepHouse(hosts.get(random.nextInt(2)), over)));
    try {
      for (FaultClient client : clients) {
        client.awaitBegun();
      }
      fault.run();
      if (goOnAfter) {
        hosts.forEach(host -> onceBack(host::versions));
      }
    } finally {
      over.countDown();
    }
    for (Future<List<Operation>> client : played) {
      operations.addAll(client.get(180, TimeUnit.SECONDS));
    }
    for (Future<?> future : beside) {
      future.get(60, TimeUnit.SECONDS);
    }
  }

  /** Runs a round whose fault does not replace the history. */
  Verdict run(Work fault, Work settle) throws Exception {
    try {
      Position from = new Position(start().serverVersion(), start().latest());
      List<FaultFollower> followers = new ArrayList<>();
      List<Future<Followed>> following = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        FaultFollower follower =
            new FaultFollower(hosts.get(i % hosts.size()), from, i < 2 ? null : "t" + i);
        followers.add(follower);
        following.add(threads.submit((Callable<Followed>) follower::follow));
      }
      play(fault, true);
      settle.run();
      end();
      List<Followed> told = new ArrayList<>();
      for (Future<Followed> future : following) {
        told.add(future.get(90, TimeUnit.SECONDS));
      }
      boolean replaced = resolveClear();
      if (!replaced && followers.stream().anyMatch(FaultFollower::isReplaced)) {
        return new Verdict.Violated(
            List.of(), List.of(), "a feed reports a replaced history, but no client cleared it");
      }
      Followed all = replaced ? null : readAll(from);
      if (all != null) {
        told.add(all);
      }
      return FeedJoin.judge(history(), DatabrokerTck.fields(), all, told);
    } finally {
      threads.shutdownNow();
    }
  }

  /** Writes the marker that followers wait for, and reads the state. */
  private void end() {
    List<Write> markers = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      markers.add(Write.put("t" + i, FaultFollower.MARKER, Bytes.EMPTY));
    }
    List<Call> last =
        List.of(
            new Call.Put(markers),
            new Call.TakeSnapshot(Selection.all()),
            new Call.ListTypes(),
            new Call.ReadVersions());
    for (Call call : last) {
      Operation operation = onceAnswered(call);
      operations.add(operation);
    }
  }

  private Operation onceAnswered(Call call) {
    Deadline deadline = Deadline.after(Duration.ofSeconds(60));
    while (true) {
      Operation operation = recorder.record(CLIENTS, hosts.get(0), call);
      boolean failed =
          operation.answer() instanceof Answer.NotApplied
              || operation.answer() instanceof Answer.Unknown;
      if (!failed || deadline.isOver()) {
        return operation;
      }
      operations.add(operation);
    }
  }

  /** Returns whether a clear took effect. */
  private boolean resolveClear() {
    long end = onceBack(hosts.get(0)::versions).serverVersion();
    for (int i = 0; i < operations.size(); i++) {
      Operation clear = operations.get(i);
      if (!(clear.call() instanceof Call.Clear)) {
        continue;
      }
      if (clear.answer() instanceof Answer.Cleared) {
        return true;
      }
      operations.remove(i);
      if (end != start().serverVersion() && clear.answer() instanceof Answer.Unknown) {
        Answer took =
            new Answer.Cleared(new io.databroker.api.ClearResult(start().serverVersion(), end));
        operations.add(
            new Operation(clear.client(), clear.began(), Operation.NEVER, clear.call(), took));
        return true;
      }
      return false;
    }
    return false;
  }

  private Followed readAll(Position from) {
    return onceBack(
        () -> {
          List<Changes> told = new ArrayList<>();
          long latest = hosts.get(1).versions().latest();
          long reached = from.version();
          try (ChangeFeed feed = hosts.get(1).changes(from, null)) {
            while (reached < latest) {
              Changes next = feed.poll();
              if (next != null) {
                told.add(next);
                reached = next.position().version();
              }
            }
          }
          return new Followed(from, null, told, true);
        });
  }

  /**
   * Runs writers up to a failover that may lose their last writes, and checks that the new history
   * begins with a prefix of the old one.
   *
   * @return the problem, or null
   */
  @Nullable String runLosing(Work killing, Work promotion) throws Exception {
    try {
      play(killing, false);
      promotion.run();
      hosts.forEach(host -> onceBack(host::versions));
      Verdict verdict = FeedJoin.judge(history(), DatabrokerTck.fields(), null, List.of());
      if (verdict instanceof Verdict.Violated violated) {
        return violated.reason();
      }
      return problemWithBeginning();
    } finally {
      threads.shutdownNow();
    }
  }

  private @Nullable String problemWithBeginning() {
    Versions now = onceBack(hosts.get(0)::versions);
    Position before = new Position(start().serverVersion(), start().latest());
    if (now.serverVersion() == before.serverVersion()) {
      return "writes may have been lost, but the history continues under its old name";
    }
    for (Backend host : hosts) {
      try (ChangeFeed feed = host.changes(before, null)) {
        return "a feed of the former history can be opened: " + feed.poll();
      } catch (HistoryReplacedException expected) {
        // The expected error.
      }
    }
    Map<Long, StoredRecord> kept = new HashMap<>();
    Followed all = readAll(new Position(now.serverVersion(), before.version()));
    all.told().forEach(changes -> changes.records().forEach(it -> kept.put(it.version(), it)));
    for (Operation operation : operations) {
      if (operation.answer() instanceof Answer.Stored stored) {
        String problem = problemWithBatch(stored.result().records(), kept, now.latest());
        if (problem != null) {
          return problem;
        }
      }
    }
    return null;
  }

  private static @Nullable String problemWithBatch(
      List<StoredRecord> batch, Map<Long, StoredRecord> kept, long latest) {
    List<StoredRecord> written = batch.stream().filter(record -> record.version() != 0).toList();
    long before = written.stream().filter(record -> record.version() <= latest).count();
    if (before != 0 && before != written.size()) {
      return "half of a batch was kept: " + written + " up to version " + latest;
    }
    for (StoredRecord record : written) {
      if (before != 0 && !record.equals(kept.get(record.version()))) {
        return "instead of " + record + " the new history has " + kept.get(record.version());
      }
    }
    return null;
  }
}

package io.databroker.tck.races;

import io.databroker.api.Backend;
import io.databroker.api.Bytes;
import io.databroker.api.Capability;
import io.databroker.api.ChangeFeed;
import io.databroker.api.Checkpoint;
import io.databroker.api.ClosedException;
import io.databroker.api.Lease;
import io.databroker.api.Position;
import io.databroker.api.Selection;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import io.databroker.tck.engine.Bench;
import io.databroker.tck.engine.InconclusiveException;
import io.databroker.tck.engine.TestFields;
import io.databroker.tck.engine.Violation;
import io.databroker.tck.history.Call;
import io.databroker.tck.history.Closing;
import io.databroker.tck.history.Evidence;
import io.databroker.tck.history.History;
import io.databroker.tck.history.Operation;
import io.databroker.tck.history.Recorder;
import io.databroker.tck.history.Verdict;
import io.databroker.tck.text.Texts;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** A close during all other calls, and while readers wait. */
@SuppressWarnings("ThreadPriorityCheck") // yields only to make threads overlap, not for correctness
public final class CloseRace {
  private static final int CLIENTS = 3;
  private static final int MOST_CALLS = 3_000;
  private static final int FOLLOWERS = 2;

  private final Bench bench;
  private final SplittableRandom random;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private int rounds;
  private long operations;
  private long beside;

  public CloseRace(Bench bench) {
    this.bench = bench;
    this.random = new SplittableRandom(bench.tuning.seed());
    bench.clock.letOthersGoFirst();
  }

  public void run() throws InterruptedException {
    long share = bench.tuning.budget().dividedBy(Rounds.WORKLOADS).toNanos();
    long start = System.nanoTime();
    try {
      long elapsed = 0;
      while (elapsed < share
          || (beside < 5 && Rounds.isPatient(elapsed, share, rounds, Rounds.FEWEST_ROUNDS))) {
        round(rounds++);
        elapsed = System.nanoTime() - start;
      }
    } finally {
      threads.shutdownNow();
      bench.report(
          "workload",
          Texts.format(
              "close during everything: %d rounds, %d operations, %d of them during the close, seed %d",
              rounds, operations, beside, bench.tuning.seed()));
    }
    if (beside < 5) {
      throw new InconclusiveException("only " + beside + " calls ran during a close");
    }
  }

  private void round(int place) throws InterruptedException {
    Backend backend = bench.open(place, bench.context());
    Recorder recorder = new Recorder();
    History.Start start = Recorder.start(backend);
    Position end = new Position(start.serverVersion(), start.latest());
    List<Follower> followers = new ArrayList<>();
    List<Future<?>> followings = new ArrayList<>();
    CountDownLatch hasClosed = new CountDownLatch(1);
    for (int i = 0; i < FOLLOWERS; i++) {
      Follower follower =
          new Follower(i == 0 ? null : "never", false, bench.tuning.patience(), hasClosed);
      followers.add(follower);
      followings.add(threads.submit(() -> follower.follow(backend, end, () -> {})));
    }
    List<Future<List<Operation>>> clients = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      int client = i;
      SplittableRandom mine = random.split();
      clients.add(threads.submit(() -> play(client, backend, recorder, mine)));
    }
    Future<?> others = threads.submit(() -> makeOtherCalls(backend));
    int delay = random.nextInt(60_000);
    for (int spin = 0; spin < delay; spin++) {
      Thread.onSpinWait();
    }
    Thread.yield();
    long closing = recorder.tick();
    Future<?> second = threads.submit(backend::close);
    try {
      backend.close();
    } finally {
      hasClosed.countDown();
    }
    long closed = recorder.tick();
    List<Operation> all = new ArrayList<>();
    for (Future<List<Operation>> client : clients) {
      all.addAll(Rounds.await(bench, "CLOSE-4", client));
    }
    Rounds.await(bench, "CLOSE-4", second);
    Rounds.await(bench, "CLOSE-4", others);
    for (int i = 0; i < FOLLOWERS; i++) {
      Rounds.await(bench, "CLOSE-4", followings.get(i));
    }
    Evidence evidence = evidence(place, start, all, Closing.of(closing, closed, all));
    for (Follower follower : followers) {
      String problem = follower.problem();
      evidence = problem == null ? evidence : evidence.observing(problem);
    }
    if (evidence.judge(TestFields.FIRST) instanceof Verdict.Violated violated) {
      throw Violation.of(
          "CLOSE-4",
          "close during everything",
          bench.tuning,
          rounds,
          Duration.ZERO,
          evidence,
          violated);
    }
  }

  private Evidence evidence(int place, History.Start start, List<Operation> all, Closing closing) {
    operations += all.size();
    beside +=
        all.stream()
            .filter(call -> call.ended() > closing.began() && call.began() < closing.ended())
            .count();
    if (bench.has(Capability.DURABLE)) {
      Recorder after = new Recorder();
      long shift = closing.ended() + all.size() * 2L + 10;
      Backend reopened = bench.open(place, bench.context());
      for (Call read : List.of(new Call.TakeSnapshot(Selection.all()), new Call.ListTypes())) {
        Operation seen = after.record(-1, reopened, read);
        all.add(new Operation(-1, seen.began() + shift, seen.ended() + shift, read, seen.answer()));
      }
      reopened.close();
    }
    return Evidence.of(new History(start, all), closing);
  }

  private List<Operation> play(
      int client, Backend backend, Recorder recorder, SplittableRandom mine) {
    List<Operation> operations = new ArrayList<>();
    int afterwards = 0;
    for (int i = 0; i < MOST_CALLS && afterwards < 3; i++) {
      Operation operation = recorder.record(client, backend, call(mine));
      operations.add(operation);
      afterwards += Closing.isRefused(operation) ? 1 : 0;
    }
    return operations;
  }

  /** Makes calls that no history records, over and over until one is refused. */
  private static void makeOtherCalls(Backend backend) {
    try {
      for (int i = 0; i < MOST_CALLS; i++) {
        backend.options();
        backend.checkpoint();
        Lease lease = backend.acquireLease("other", Duration.ofHours(1));
        if (lease != null) {
          backend.renewLease("other", lease.token(), Duration.ofHours(1));
          backend.releaseLease("other", lease.token());
        }
        try (ChangeFeed feed = backend.changes(backend.versions().end(), "other")) {
          feed.poll();
        }
        backend.expire();
        backend.trim(Instant.EPOCH);
      }
    } catch (ClosedException refused) {
      // The backend is closed.
    }
  }

  private static Call call(SplittableRandom random) {
    int kind = random.nextInt(12);
    String type = "t" + random.nextInt(4);
    String id = "id" + random.nextInt(4);
    if (kind < 5) {
      return new Call.Put(
          List.of(
              Write.put(type, id, Bytes.utf8("" + random.nextInt())),
              Write.delete("t" + random.nextInt(4), "id" + random.nextInt(4))));
    } else if (kind < 7) {
      return new Call.Get(type, id);
    }
    return switch (kind) {
      case 7 -> new Call.ListTypes();
      case 8 -> new Call.TakeSnapshot(Selection.ofType(type));
      case 9 -> new Call.ReadVersions();
      case 10 -> new Call.SetCheckpoint(new Checkpoint(random.nextInt(3), random.nextInt(3)));
      default -> new Call.SetOptions("other", TypeOptions.NONE.withCapacity(random.nextInt(1, 4)));
    };
  }
}

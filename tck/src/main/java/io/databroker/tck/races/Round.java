package io.databroker.tck.races;

import io.databroker.api.Backend;
import io.databroker.api.Bytes;
import io.databroker.api.ChangeFeed;
import io.databroker.api.Changes;
import io.databroker.api.Position;
import io.databroker.api.Selection;
import io.databroker.api.Write;
import io.databroker.tck.engine.Signal;
import io.databroker.tck.engine.TestFields;
import io.databroker.tck.history.Call;
import io.databroker.tck.history.Evidence;
import io.databroker.tck.history.Followed;
import io.databroker.tck.history.History;
import io.databroker.tck.history.Operation;
import io.databroker.tck.history.Recorder;
import io.databroker.tck.history.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Round of a workload: recorded, merged with the answers of feeds, and judged. */
@SuppressWarnings("ThreadPriorityCheck") // yields only to make threads overlap, not for correctness
final class Round {
  private static final long SPINNING = 20_000;
  private static final long YIELDING = 200_000;

  private final Workload workload;
  private final List<Backend> handles;
  private final boolean fresh;
  private final ExecutorService threads;
  private final SplittableRandom random;
  private final Duration patience;
  private final Recorder recorder = new Recorder();
  private final AtomicInteger ready = new AtomicInteger();

  /**
   * Number of clients that have not made their minimum of calls; the others continue until it is 0.
   */
  private final AtomicInteger behind = new AtomicInteger();

  private final CountDownLatch writersDone = new CountDownLatch(1);
  private final List<Follower> followers = new ArrayList<>();
  private final List<Future<?>> followings = new ArrayList<>();
  private final List<Signal> opened = new ArrayList<>();
  private @Nullable History history;
  private Evidence evidence = Evidence.of(null, null, List.of());

  /**
   * Prepares a round.
   *
   * @param handles the backend, and further handles of the same store
   * @param fresh whether the backend is empty
   */
  Round(
      Workload workload,
      List<Backend> handles,
      boolean fresh,
      ExecutorService threads,
      SplittableRandom random,
      Duration patience) {
    this.workload = workload;
    this.handles = handles;
    this.fresh = fresh;
    this.threads = threads;
    this.random = random;
    this.patience = patience;
  }

  /** Returns the recorded history, if all clients returned. */
  @Nullable History history() {
    return history;
  }

  /** Returns the evidence for the verdict. */
  Evidence evidence() {
    return evidence;
  }

  /** Runs the round on an empty backend, or one left by the round before, and judges it. */
  Verdict run() {
    Backend backend = handles.get(0);
    if (fresh || !workload.goesOn()) {
      workload.setup().accept(backend);
    }
    History.Start start = Recorder.start(backend);
    List<Operation> operations = new ArrayList<>();
    String problem = play(start, operations);
    if (problem == null && !followers.isEmpty()) {
      opened.forEach(signal -> signal.await("a feed that is opened"));
      List<Write> markers = new ArrayList<>();
      workload.types().forEach(t -> markers.add(Write.put(t, Follower.MARKER, Bytes.EMPTY)));
      operations.add(recorder.record(-1, backend, new Call.Put(markers)));
    }
    writersDone.countDown();
    if (problem != null) {
      // Without all calls there is no history to judge.
      return judge(evidence.observing(problem));
    }
    problem = awaitFollowers();
    for (Call last :
        List.of(
            new Call.TakeSnapshot(Selection.all()),
            new Call.ListTypes(),
            new Call.ReadVersions())) {
      operations.add(recorder.record(-1, backend, last));
    }
    history = new History(start, operations);
    List<Followed> followed = followed();
    if (problem != null) {
      return judge(Evidence.of(history, null, followed).observing(problem));
    }
    if (followers.isEmpty() && random.nextInt(8) != 0 && history.overlaps() == 0) {
      return new Verdict.Allowed(List.of()); // nothing happened at the same time: test one in eight
    }
    Followed all = workload.feedIsWhole() ? readAll(backend, start) : null;
    if (all != null) {
      followed.addAll(resumed(backend, all));
    }
    return judge(Evidence.of(history, all, followed));
  }

  private Verdict judge(Evidence recorded) {
    evidence = recorded;
    return recorded.judge(TestFields.FIRST);
  }

  private List<Followed> followed() {
    List<Followed> followed = new ArrayList<>();
    for (Follower follower : followers) {
      Followed told = follower.followed();
      if (told != null) {
        followed.add(told);
      }
    }
    return followed;
  }

  /** Runs the clients and waits for them; returns the problem, or null. */
  private @Nullable String play(History.Start start, List<Operation> operations) {
    int parties =
        workload.clients().size() + workload.followers() + (workload.beside() == null ? 0 : 1);
    List<Future<List<Operation>>> clients = new ArrayList<>();
    behind.set(workload.clients().size());
    for (int i = 0; i < workload.clients().size(); i++) {
      int client = i;
      SplittableRandom mine = random.split();
      clients.add(threads.submit(() -> play(client, mine, parties)));
    }
    CountDownLatch clientsDone = new CountDownLatch(1);
    Future<?> beside = besideUntil(clientsDone, parties);
    follow(start, parties);
    String problem = null;
    for (Future<List<Operation>> client : clients) {
      try {
        operations.addAll(client.get()); // the bench ends the test if a call hangs
      } catch (ExecutionException | InterruptedException e) {
        throw new IllegalStateException("a client of the kit failed", e);
      }
    }
    clientsDone.countDown();
    try {
      beside.get();
    } catch (ExecutionException e) {
      problem = "a call beside the clients failed: " + e.getCause();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      problem = "interrupted";
    }
    return problem;
  }

  private List<Operation> play(int client, SplittableRandom mine, int parties) {
    Backend backend = handles.get(client % handles.size());
    Script script = workload.clients().get(client);
    Script.Memory memory = new Script.Memory();
    List<Operation> operations = new ArrayList<>();
    meet(parties);
    int least = workload.operations();
    for (int i = 0; i < least || (i < workload.most() && behind.get() > 0); i++) {
      Call call = script.next(mine, memory);
      Operation operation = recorder.record(client, backend, call);
      memory.see(call, operation.answer());
      operations.add(operation);
      if (i == least - 1) {
        behind.decrementAndGet();
      }
    }
    return operations;
  }

  private Future<?> besideUntil(CountDownLatch done, int parties) {
    var work = workload.beside();
    if (work == null) {
      return java.util.concurrent.CompletableFuture.completedFuture(null);
    }
    return threads.submit(
        () -> {
          meet(parties);
          while (done.getCount() > 0) {
            work.accept(handles.get(0));
            Thread.yield();
          }
        });
  }

  private void follow(History.Start start, int parties) {
    Position begin = new Position(start.serverVersion(), start.latest());
    for (int i = 0; i < workload.followers(); i++) {
      String type = i % 2 == 0 ? null : workload.types().get(i / 2 % workload.types().size());
      boolean slow = i % 5 == 4;
      Position from = i % 3 == 2 ? null : begin;
      int delay = random.nextInt(20_000);
      Backend backend = handles.get(i % handles.size());
      Follower follower = new Follower(type, slow, patience, writersDone);
      followers.add(follower);
      Signal open = new Signal(patience);
      opened.add(open);
      followings.add(
          threads.submit(
              () -> {
                meet(parties);
                for (int spin = 0; spin < delay; spin++) {
                  Thread.onSpinWait();
                }
                follower.follow(backend, from, open);
              }));
    }
  }

  private @Nullable String awaitFollowers() {
    for (int i = 0; i < followings.size(); i++) {
      try {
        followings.get(i).get();
      } catch (ExecutionException | InterruptedException e) {
        throw new IllegalStateException("a follower of the kit failed", e);
      }
      if (followers.get(i).problem() != null) {
        return followers.get(i).problem();
      }
    }
    return null;
  }

  /**
   * Starts all threads together: at the same instant on an idle machine, within a short time on a
   * busy one.
   */
  private void meet(int parties) {
    ready.incrementAndGet();
    long start = System.nanoTime();
    while (ready.get() < parties) {
      long waited = System.nanoTime() - start;
      if (waited < SPINNING) {
        Thread.onSpinWait();
      } else if (waited < YIELDING) {
        Thread.yield();
      } else {
        LockSupport.parkNanos(SPINNING);
      }
    }
  }

  private Followed readAll(Backend backend, History.Start start) {
    return read(backend, new Position(start.serverVersion(), start.latest()));
  }

  private Followed read(Backend backend, Position from) {
    List<Changes> told = new ArrayList<>();
    long latest = backend.versions().latest();
    long reached = from.version();
    try (ChangeFeed feed = backend.changes(from, null)) {
      Changes next = feed.poll();
      while (next != null || Long.compareUnsigned(reached, latest) < 0) {
        if (next == null) {
          Signal signal = new Signal(patience);
          feed.onReady(signal);
          signal.await("the signal of a feed that has more changes");
        } else {
          told.add(next);
          reached = next.position().version();
        }
        next = feed.poll();
      }
    }
    return new Followed(from, null, told, true);
  }

  /** Opens feeds at some of the versions, including versions inside a batch. */
  private List<Followed> resumed(Backend backend, Followed all) {
    List<Followed> resumed = new ArrayList<>();
    long first = all.from().version();
    long changes = backend.versions().latest() - first;
    for (int i = 0; i < 2 && changes > 0; i++) {
      long version = first + random.nextLong(changes);
      resumed.add(read(backend, new Position(all.from().serverVersion(), version)));
    }
    return resumed;
  }
}

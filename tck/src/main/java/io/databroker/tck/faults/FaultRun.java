package io.databroker.tck.faults;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.BackendState;
import io.databroker.api.Bytes;
import io.databroker.api.Capability;
import io.databroker.api.ChangeFeed;
import io.databroker.api.Changes;
import io.databroker.api.DatabrokerException;
import io.databroker.api.ErrorId;
import io.databroker.api.Position;
import io.databroker.api.Selection;
import io.databroker.api.StoredRecord;
import io.databroker.api.UnavailableException;
import io.databroker.api.Write;
import io.databroker.tck.engine.Bench;
import io.databroker.tck.engine.InconclusiveException;
import io.databroker.tck.engine.KitThreads;
import io.databroker.tck.engine.Nemesis;
import io.databroker.tck.engine.RunningTime;
import io.databroker.tck.engine.Saved;
import io.databroker.tck.engine.TestFields;
import io.databroker.tck.engine.Violation;
import io.databroker.tck.history.Answer;
import io.databroker.tck.history.Call;
import io.databroker.tck.history.Diagnosis;
import io.databroker.tck.history.Evidence;
import io.databroker.tck.history.Followed;
import io.databroker.tck.history.History;
import io.databroker.tck.history.Operation;
import io.databroker.tck.history.Recorder;
import io.databroker.tck.history.Verdict;
import io.databroker.tck.text.Texts;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Clients work while a fault is injected and healed. The run judges the safety and the duration of
 * their calls, and the recovery of the backend.
 *
 * <p><b>Thread-safety:</b> none; used once, by one thread.
 */
public final class FaultRun {
  private static final int CLIENTS = 3;
  private static final Duration CALL_TIMEOUT = Duration.ofMillis(500);

  /** The margin of a call, since this machine may be busy. */
  private static final Duration MARGIN = Duration.ofSeconds(3);

  private static final long HEALTHY_NANOS = TimeUnit.MILLISECONDS.toNanos(150);

  /** Longer than the call timeout: a backend that tries again fails only after that time. */
  private static final long FAULTY_NANOS = TimeUnit.MILLISECONDS.toNanos(1_200);

  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private final Bench bench;
  private final Nemesis nemesis;
  private final int place;
  private final Recorder recorder = new Recorder(Set.of(ErrorId.STORAGE_FAILED));
  private final AtomicInteger phase = new AtomicInteger();
  private final AtomicBoolean signalled = new AtomicBoolean();
  private Backend backend;
  private @Nullable StateSeen seen;

  /** Opens the backend of a run in the store with the given number. */
  public FaultRun(Bench bench, Nemesis nemesis, int place) {
    this.bench = bench;
    this.nemesis = nemesis;
    this.place = place;
    this.backend = bench.open(place, context());
  }

  private BackendContext context() {
    return bench.context().withCallTimeout(CALL_TIMEOUT);
  }

  /** Runs it. */
  public void run() throws InterruptedException {
    History.Start start = again(() -> Recorder.start(backend));
    Position begin = new Position(start.serverVersion(), start.latest());
    ChangeFeed waiting = again(() -> backend.changes(begin, "awaited"));
    var unused = again(() -> Optional.ofNullable(waiting.poll()));
    waiting.onReady(() -> signalled.set(true));
    List<FaultClient> clients = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    SplittableRandom random = new SplittableRandom(bench.tuning.seed() + place);
    for (int i = 0; i < CLIENTS; i++) {
      FaultClient client = new FaultClient(i, backend, recorder, random.split(), phase);
      clients.add(client);
      threads.add(KitThreads.start("client", client::run));
    }
    List<Operation> all = new ArrayList<>();
    try {
      LockSupport.parkNanos(HEALTHY_NANOS);
      inject();
    } finally {
      phase.set(-1);
      for (Thread thread : threads) {
        thread.join(CALL_TIMEOUT.plus(MARGIN).plus(bench.tuning.callBound()).toMillis());
      }
    }
    for (int i = 0; i < CLIENTS; i++) {
      if (threads.get(i).isAlive()) {
        throw broken("ERR-8", "a call of a client never returned");
      }
      inTime(clients.get(i));
      all.addAll(clients.get(i).operations());
    }
    FaultVerdict.Finding state = seen == null ? null : seen.problem(all);
    if (state != null) {
      throw broken(state.rules(), state.words());
    }
    recover(all);
    if (again(backend::versions).serverVersion() != start.serverVersion()) {
      // The engine has begun another history, as VER-6 permits: nobody can tell which writes were
      // lost.
      bench.report("faults", nemesis.name() + ": began a new history; only recovery was judged");
      return;
    }
    awaitSignal(waiting);
    judge(start, all);
  }

  /**
   * Injects the fault and heals it. A command may take longer than the calls of a phase, so each of
   * them has a phase of its own.
   */
  private void inject() {
    phase.incrementAndGet();
    Path directory = bench.directory(place);
    String problem = null;
    try {
      nemesis.inject(directory);
      phase.incrementAndGet();
      long injected = recorder.tick();
      LockSupport.parkNanos(FAULTY_NANOS / 2);
      long before = recorder.tick();
      BackendState state = backend.state();
      LockSupport.parkNanos(FAULTY_NANOS / 2);
      seen = new StateSeen(injected, before, state, recorder.tick());
    } catch (Exception e) {
      problem = "cannot be injected: " + e.getMessage();
    }
    phase.incrementAndGet();
    try {
      nemesis.heal(directory);
    } catch (Exception e) {
      problem = problem == null ? "cannot be healed: " + e.getMessage() : problem;
    }
    if (problem != null) {
      throw new InconclusiveException(
          "the fault " + nemesis.name() + " " + problem,
          "correct the commands, or the Nemesis, that inject and heal it");
    }
    phase.incrementAndGet();
    LockSupport.parkNanos(HEALTHY_NANOS);
  }

  private void inTime(FaultClient client) {
    Duration longest = CALL_TIMEOUT.plus(MARGIN);
    if (client.longest().compareTo(longest) > 0) {
      throw broken(
          "ERR-8",
          Texts.format(
              "%s took %d ms; its call timeout is %d ms, and the kit allows %d ms more",
              client.slowest(),
              client.longest().toMillis(),
              CALL_TIMEOUT.toMillis(),
              MARGIN.toMillis()));
    }
  }

  /** Waits until a put succeeds; reopens a backend that says that it needs it. */
  private void recover(List<Operation> all) {
    long start = RunningTime.nanos();
    boolean reopened = false;
    for (int attempt = 1; ; attempt++) {
      // The checker identifies writes by their payloads.
      Bytes payload = Bytes.utf8("after the fault, attempt " + attempt);
      Call put = new Call.Put(List.of(Write.put("awaited", "id", payload)));
      Operation operation = recorder.record(-1, backend, put);
      all.add(operation);
      if (operation.answer() instanceof Answer.Stored) {
        awaitServing();
        return;
      }
      if (operation.answer() instanceof Answer.Crashed crashed) {
        throw broken("ERR-9", "after the fault, a put failed: " + crashed.failure());
      }
      boolean asksForReopen =
          bench.has(Capability.DURABLE) && backend.state().mode() == BackendState.Mode.READ_ONLY;
      if (asksForReopen && !reopened) {
        reopened = true;
        backend.close();
        backend = bench.open(place, context());
      } else if (RunningTime.nanos() - start
          > CALL_TIMEOUT.plus(bench.tuning.patience()).toNanos()) {
        // Unless a reopen is asked for, the state must have named what is wrong (STATE-2).
        throw broken(
            backend.state().takesWrites() ? List.of("ERR-9", "STATE-2") : List.of("ERR-9"),
            Texts.format(
                "%d ms after the fault was healed, puts still fail (%s); the state is %s",
                TimeUnit.NANOSECONDS.toMillis(RunningTime.nanos() - start),
                operation.answer(),
                backend.state()));
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  /** Waits until the state says that the engine is back. */
  private void awaitServing() {
    long start = RunningTime.nanos();
    while (!backend.state().takesWrites()) {
      pause(
          start,
          List.of("STATE-2"),
          () -> "after the fault, a put succeeded, but the state stays " + backend.state());
    }
  }

  /** Pauses before another attempt, or fails if the attempts since the start took too long. */
  private void pause(long start, List<String> rules, Supplier<String> observed) {
    if (RunningTime.nanos() - start > bench.tuning.patience().toNanos()) {
      throw broken(rules, observed.get());
    }
    LockSupport.parkNanos(PAUSE_NANOS);
  }

  private void awaitSignal(ChangeFeed waiting) {
    long start = RunningTime.nanos();
    while (!signalled.get()) {
      pause(
          start,
          List.of("ERR-9"),
          () ->
              "a feed that waited before the fault is not signalled after it, though its type was"
                  + " written");
    }
    waiting.close();
  }

  private void judge(History.Start start, List<Operation> all) throws InterruptedException {
    for (Call read : List.of(new Call.TakeSnapshot(Selection.all()), new Call.ListTypes())) {
      all.add(recorder.record(-1, backend, read));
    }
    Followed feed = read(new Position(start.serverVersion(), start.latest()));
    List<StoredRecord> delivered = new ArrayList<>();
    feed.told().forEach(answer -> delivered.addAll(answer.records()));
    History history =
        new History(start, FaultVerdict.resolved(all, start.serverVersion(), delivered));
    Evidence evidence = Evidence.of(history, feed, List.of());
    FaultVerdict.Finding finding = FaultVerdict.of(all, delivered);
    if (finding != null) {
      throw broken(finding.rules(), finding.words(), evidence.observing(finding.words()));
    }
    Verdict verdict = evidence.judge(TestFields.FIRST);
    if (verdict instanceof Verdict.Violated violated) {
      String words = Diagnosis.of(evidence, violated, TestFields.FIRST);
      throw broken(List.of("ERR-10"), words, evidence);
    } else if (verdict instanceof Verdict.Inconclusive unsure) {
      throw new InconclusiveException(unsure.reason());
    }
    long failed = all.stream().filter(o -> o.answer() instanceof Answer.NotApplied).count();
    long unknown = all.stream().filter(Operation::isUnknown).count();
    bench.report(
        "faults",
        Texts.format(
            "%s: %d calls, %d not applied, %d of unknown outcome, seed %d",
            nemesis.name(), all.size(), failed, unknown, bench.tuning.seed()));
  }

  /** Reads a feed of all types from the given position to the end. */
  private Followed read(Position from) {
    List<Changes> told = new ArrayList<>();
    long latest = again(backend::versions).latest();
    long reached = from.version();
    long start = RunningTime.nanos();
    try (ChangeFeed feed = backend.changes(from, null)) {
      while (Long.compareUnsigned(reached, latest) < 0) {
        Changes next = poll(feed);
        if (next != null) {
          told.add(next);
          reached = next.position().version();
        } else {
          pause(
              start,
              List.of("ERR-9"),
              () -> "after the fault, a feed does not reach the last version");
        }
      }
    } catch (DatabrokerException e) {
      throw broken("ERR-9", "after the fault, a feed fails: " + e);
    }
    return new Followed(from, null, told, true);
  }

  /** Reads, again if a call on a busy machine takes longer than the call timeout. */
  private <T> T again(Supplier<T> read) {
    long start = RunningTime.nanos();
    while (true) {
      try {
        return read.get();
      } catch (UnavailableException away) {
        pause(start, List.of("ERR-9"), () -> "while no fault is injected, a call fails: " + away);
      }
    }
  }

  private static @Nullable Changes poll(ChangeFeed feed) {
    try {
      return feed.poll();
    } catch (UnavailableException away) {
      return null; // polled again, within the patience
    }
  }

  private Violation broken(String rule, String observed) {
    return broken(List.of(rule), observed);
  }

  private Violation broken(List<String> rules, String observed) {
    return Violation.found(rules, bench.tuning, words(observed), null);
  }

  private Violation broken(List<String> rules, String observed, Evidence evidence) {
    Saved saved = Saved.of(rules.get(0), bench.tuning, evidence);
    return Violation.found(rules, bench.tuning, saved.words() + words(observed), null).saved(saved);
  }

  private String words(String observed) {
    return Texts.format(
        "Seen during the fault \"%s\", seed %d: %s%n",
        nemesis.name(), bench.tuning.seed(), observed.strip());
  }
}

package io.databroker.tck.races;

import io.databroker.api.Backend;
import io.databroker.api.Capability;
import io.databroker.tck.engine.Bench;
import io.databroker.tck.engine.InconclusiveException;
import io.databroker.tck.engine.KitThreads;
import io.databroker.tck.engine.Tuning;
import io.databroker.tck.engine.Violation;
import io.databroker.tck.history.History;
import io.databroker.tck.history.Verdict;
import io.databroker.tck.text.Texts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** Runs a workload round after round, for its share of the budget. */
public final class Rounds {
  /** The shares of the budget for the random scripts. */
  public static final int SCRIPTS = 4;

  /** The shares of the budget for the kills. */
  public static final int CRASHES = 3;

  /** The shares of the budget for the lists of thousands of types. */
  public static final int LISTS = 3;

  /** The shares of the budget for the checks at full speed. */
  public static final int PAIRS = 3;

  /** The shares of the budget for the scripts with concurrent readers. */
  public static final int WATCHED = 3;

  /** The shares of the budget for the questions that are asked over and over. */
  public static final int VOLUME = 1;

  /**
   * The shares of the budget: one for each concurrent test, plus the shares of the other workloads.
   */
  public static final int WORKLOADS = 33;

  /** Least number of operations that overlap another client's write for a verdict. */
  static final int FEWEST_OVERLAPS = 50;

  /** Number of rounds in which the operations of a workload overlap often enough. */
  static final int FEWEST_ROUNDS = 300;

  /** A workload that has run few rounds may take that many times as long. */
  private static final int LONGER = 3;

  private static final long LEAST_NANOS = 20_000_000_000L;

  /** Number of rounds on one backend, cleared between them, before another backend is opened. */
  private static final int ROUNDS_A_BACKEND = 100;

  private final Bench bench;
  private final String rule;
  private final SplittableRandom random;
  private final ExecutorService threads = Executors.newCachedThreadPool(new KitThreads("client"));

  private final int shares;
  private int rounds;
  private long operations;
  private long overlaps;

  /** Prepares a workload of one share. */
  public Rounds(Bench bench, String rule) {
    this(bench, rule, 1);
  }

  /** Prepares a workload of that many shares. */
  public Rounds(Bench bench, String rule, int shares) {
    this.shares = shares;
    this.bench = bench;
    this.rule = rule;
    this.random = new SplittableRandom(bench.tuning.seed());
  }

  /** Returns that many shares of the budget. */
  public static Duration share(Tuning tuning, int shares) {
    return tuning.budget().multipliedBy(shares).dividedBy(WORKLOADS);
  }

  /** Runs rounds until the time is up; fails at the first violation. */
  public void run(Workload workload) {
    long share = share(bench.tuning, shares).toNanos();
    long start = System.nanoTime();
    List<Backend> handles = List.of();
    String inconclusive = null;
    try {
      while (goesOn(System.nanoTime() - start, share)) {
        boolean fresh = rounds % ROUNDS_A_BACKEND == 0;
        if (fresh) {
          handles.forEach(Backend::close);
          handles = open(rounds / ROUNDS_A_BACKEND);
        } else if (!workload.goesOn()) {
          handles.get(0).clear();
        }
        Round round =
            new Round(workload, handles, fresh, threads, random.split(), bench.tuning.patience());
        Verdict verdict = round.run();
        History history = round.history();
        rounds++;
        if (history != null) {
          operations += history.operations().size();
          overlaps += history.overlaps();
        }
        if (verdict instanceof Verdict.Violated violated) {
          Duration after = Duration.ofNanos(System.nanoTime() - start);
          throw Violation.of(
              rule, workload.name(), bench.tuning, rounds, after, round.evidence(), violated);
        } else if (verdict instanceof Verdict.Inconclusive unsure) {
          inconclusive = unsure.reason();
        }
      }
    } finally {
      threads.shutdownNow();
      report(workload.name());
    }
    if (inconclusive != null) {
      throw new InconclusiveException(inconclusive);
    }
    judge(overlaps);
  }

  /** Continues until the share of time is used up, and longer if too few operations overlapped. */
  private boolean goesOn(long elapsed, long share) {
    return elapsed < share
        || rounds < bench.tuning.rounds()
        || (overlaps < FEWEST_OVERLAPS && isPatient(elapsed, share, rounds, FEWEST_ROUNDS));
  }

  /**
   * Returns whether a workload with too few overlaps continues: a busy machine may need more than
   * the share, and may let only a few rounds run in the time that is enough elsewhere.
   *
   * @param enough number of rounds in which a workload whose calls can overlap has overlaps
   */
  static boolean isPatient(long elapsed, long share, int rounds, int enough) {
    long longest = share == 0 ? 0 : Math.max(5 * share, LEAST_NANOS);
    return elapsed < (rounds < enough ? LONGER * longest : longest);
  }

  private List<Backend> open(int place) {
    List<Backend> handles = new ArrayList<>();
    handles.add(bench.open(place, bench.context()));
    if (bench.has(Capability.SHARED)) {
      handles.add(bench.open(place, bench.context()));
    }
    return handles;
  }

  private void report(@Nullable String name) {
    bench.report(
        "workload",
        Texts.format(
            "%s: %d rounds, %d operations, %d of them (%.1f %%) during another client's write,"
                + " seed %d",
            name,
            rounds,
            operations,
            overlaps,
            100.0 * overlaps / Math.max(1, operations),
            bench.tuning.seed()));
  }

  /** Waits for the end of calls that must not fail; a failure breaks the rule. */
  static <T extends @Nullable Object> T await(Bench bench, String rule, Future<T> calls)
      throws InterruptedException {
    try {
      return calls.get(); // the bench ends the test if a call hangs
    } catch (ExecutionException e) {
      throw Violation.found(rule, bench.tuning, "A call failed: " + e.getCause() + "\n", e);
    }
  }

  static void judge(long overlaps) {
    if (overlaps < FEWEST_OVERLAPS) {
      throw new InconclusiveException(
          Texts.format(
              "%d operations ran during another client's, of at least %d that prove something",
              overlaps, FEWEST_OVERLAPS));
    }
  }
}

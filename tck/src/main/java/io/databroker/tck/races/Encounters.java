package io.databroker.tck.races;

import io.databroker.api.Backend;
import io.databroker.api.Capability;
import io.databroker.tck.engine.Bench;
import io.databroker.tck.engine.InconclusiveException;
import io.databroker.tck.engine.Violation;
import io.databroker.tck.text.Texts;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Runs two calls at the same time, again and again. Their order does not matter: afterwards the
 * state is known, so the answers are judged without a history.
 */
@SuppressWarnings("ThreadPriorityCheck") // yields only to make threads overlap, not for correctness
public final class Encounters {
  /** Least number of rounds with overlapping calls that proves something. */
  private static final int FEWEST_OVERLAPS = 20;

  /** Number of rounds in which two calls overlap that often, even on a busy machine. */
  private static final int FEWEST_ROUNDS = 3_000;

  private static final int MOST_YIELDS = 3;

  /** The write is repeated, so that the other call usually overlaps it. */
  private static final int MOST_WRITES = 9;

  /** Two calls that meet. */
  public interface Meeting {
    /** Prepares the state of a round. */
    void prepare(Backend backend, SplittableRandom random);

    /** Makes the call that decides by an earlier state: an expiry, or a change of options. */
    void decide(Backend backend);

    /** Makes the concurrent write; called once or several times. */
    void write(Backend backend);

    /** Returns the problem after both have returned, or null. */
    @Nullable String problem(Backend backend);
  }

  private final Bench bench;
  private final SplittableRandom random;
  private final AtomicLong ticks = new AtomicLong();
  private final AtomicInteger ready = new AtomicInteger();

  /** Prepares encounters on the first place of the bench. */
  public Encounters(Bench bench) {
    this.bench = bench;
    this.random = new SplittableRandom(bench.tuning.seed());
    bench.clock.letOthersGoFirst();
  }

  /** Makes two calls at the same time, again and again, for a part of a share of the budget. */
  public void run(String rule, String name, int parts, Meeting meeting)
      throws InterruptedException {
    long share = Rounds.share(bench.tuning, 1).dividedBy(parts).toNanos();
    ExecutorService threads = Executors.newFixedThreadPool(2);
    List<Backend> handles = new ArrayList<>(List.of(bench.open(0, bench.context())));
    if (bench.has(Capability.SHARED)) {
      handles.add(bench.open(0, bench.context()));
    }
    int rounds = 0;
    int overlaps = 0;
    long start = System.nanoTime();
    try {
      for (long elapsed = 0;
          elapsed < share
              || (overlaps < FEWEST_OVERLAPS
                  && Rounds.isPatient(elapsed, share, rounds, FEWEST_ROUNDS));
          elapsed = System.nanoTime() - start) {
        rounds++;
        overlaps += meet(rule, meeting, handles, threads) ? 1 : 0;
        String problem = meeting.problem(handles.get(0));
        if (problem != null) {
          throw Violation.found(
              rule,
              bench.tuning,
              Texts.format(
                  "Seen in round %d of \"%s\", seed %d: %s%n",
                  rounds, name, bench.tuning.seed(), problem),
              null);
        }
      }
    } finally {
      threads.shutdownNow();
      bench.report(
          "encounters",
          Texts.format(
              "%s: %d rounds, in %d of them the calls overlapped, seed %d",
              name, rounds, overlaps, bench.tuning.seed()));
      handles.forEach(Backend::close);
      handles.forEach(bench::forget);
    }
    if (overlaps < FEWEST_OVERLAPS) {
      throw new InconclusiveException(
          "the calls of \"" + name + "\" overlapped in " + overlaps + " rounds only");
    }
  }

  /** A call with the ticks of its beginning and its end. */
  private record Span(long began, long ended) {}

  /** Makes the two calls of a round at the same time; returns whether they overlapped. */
  private boolean meet(String rule, Meeting meeting, List<Backend> handles, ExecutorService threads)
      throws InterruptedException {
    meeting.prepare(handles.get(0), random);
    Backend other = handles.get(handles.size() - 1);
    ready.set(0);
    int first = random.nextInt(MOST_YIELDS);
    int second = random.nextInt(MOST_YIELDS);
    Future<Span> decides = threads.submit(() -> timed(() -> meeting.decide(other), first));
    int times = random.nextInt(1, MOST_WRITES);
    Future<Span> writes =
        threads.submit(
            () ->
                timed(
                    () -> {
                      for (int i = 0; i < times; i++) {
                        meeting.write(handles.get(0));
                      }
                    },
                    second));
    Span one = Rounds.await(bench, rule, decides);
    Span two = Rounds.await(bench, rule, writes);
    return one.began < two.ended && two.began < one.ended;
  }

  private Span timed(Runnable call, int yields) {
    ready.incrementAndGet();
    while (ready.get() < 2) {
      Thread.yield();
    }
    for (int i = 0; i < yields; i++) {
      Thread.yield();
    }
    long began = ticks.incrementAndGet();
    call.run();
    return new Span(began, ticks.incrementAndGet());
  }
}

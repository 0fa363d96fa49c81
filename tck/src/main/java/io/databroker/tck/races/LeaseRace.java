package io.databroker.tck.races;

import io.databroker.api.Backend;
import io.databroker.api.Capability;
import io.databroker.api.Lease;
import io.databroker.tck.engine.Bench;
import io.databroker.tck.engine.EngineClock;
import io.databroker.tck.engine.TestFields;
import io.databroker.tck.engine.Violation;
import io.databroker.tck.history.Evidence;
import io.databroker.tck.history.Holdings;
import io.databroker.tck.history.LeaseCall;
import io.databroker.tck.history.LeaseCall.Kind;
import io.databroker.tck.history.Verdict;
import io.databroker.tck.text.Texts;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Clients that acquire, renew and release the same leases at the same time. */
@SuppressWarnings("ThreadPriorityCheck") // yields only to make threads overlap, not for correctness
public final class LeaseRace {
  private static final int CLIENTS = 4;
  private static final int CALLS = 40;

  private final Bench bench;
  private final boolean turnable;
  private final SplittableRandom random;
  private final AtomicLong clock = new AtomicLong();
  private final AtomicInteger ready = new AtomicInteger();

  public LeaseRace(Bench bench) {
    this.bench = bench;
    this.turnable = bench.has(Capability.TURNABLE_CLOCK);
    this.random = new SplittableRandom(bench.tuning.seed());
    bench.clock.letOthersGoFirst();
  }

  public void run() throws InterruptedException {
    ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
    long share = bench.tuning.budget().dividedBy(Rounds.WORKLOADS).toNanos();
    long start = System.nanoTime();
    long overlaps = 0;
    long calls = 0;
    int rounds = 0;
    try {
      Backend backend = bench.open(0, bench.context());
      Backend other = bench.has(Capability.SHARED) ? bench.open(0, bench.context()) : backend;
      long elapsed = 0;
      while (elapsed < share
          || (overlaps < Rounds.FEWEST_OVERLAPS
              && Rounds.isPatient(elapsed, share, rounds, Rounds.FEWEST_ROUNDS))) {
        String round = "r" + rounds++;
        ready.set(0);
        List<Future<List<LeaseCall>>> clients = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
          SplittableRandom mine = random.split();
          Backend handle = i % 2 == 0 ? backend : other;
          clients.add(threads.submit(() -> play(handle, round, mine)));
        }
        List<LeaseCall> all = new ArrayList<>();
        for (Future<List<LeaseCall>> client : clients) {
          all.addAll(Rounds.await(bench, "LEASE-1", client));
        }
        List<LeaseCall> dated = turnable ? all : byEngine(all, bench.span());
        Evidence evidence = Evidence.of(new Holdings(dated, bench.limits().leaseMargin()));
        if (evidence.judge(TestFields.FIRST) instanceof Verdict.Violated violated) {
          Duration after = Duration.ofNanos(System.nanoTime() - start);
          throw Violation.of("LEASE-1", "leases", bench.tuning, rounds, after, evidence, violated);
        }
        calls += all.size();
        overlaps += overlaps(all);
        elapsed = System.nanoTime() - start;
      }
    } finally {
      threads.shutdownNow();
      bench.report(
          "workload",
          Texts.format(
              "leases: %d rounds, %d operations, %d of them during another client's, seed %d",
              rounds, calls, overlaps, bench.tuning.seed()));
    }
    Rounds.judge(overlaps);
  }

  /**
   * Returns the calls with times of the engine's clock, which may differ from that of this JVM:
   * each grant shows by how much at least and at most.
   *
   * @param duration how long each lease lasts
   */
  static List<LeaseCall> byEngine(List<LeaseCall> calls, Duration duration) {
    List<Duration> least = new ArrayList<>();
    List<Duration> most = new ArrayList<>();
    boolean differs = false;
    for (LeaseCall call : calls) {
      Instant end = call.expiresAt();
      if (end != null) {
        Instant granted = end.minus(duration);
        least.add(Duration.between(call.latest(), granted));
        most.add(Duration.between(call.earliest(), granted));
        differs |= !EngineClock.ahead(granted, call.earliest(), call.latest()).isZero();
      }
    }
    if (!differs) {
      return calls;
    }
    Duration leastOfAll = Collections.min(least);
    Duration mostOfAll = Collections.max(most);
    return calls.stream()
        .map(call -> call.at(call.earliest().plus(leastOfAll), call.latest().plus(mostOfAll)))
        .toList();
  }

  private static long overlaps(List<LeaseCall> calls) {
    return calls.stream()
        .filter(
            call ->
                calls.stream()
                    .anyMatch(
                        other ->
                            !other.equals(call)
                                && other.began() < call.ended()
                                && call.began() < other.ended()))
        .count();
  }

  private List<LeaseCall> play(Backend backend, String round, SplittableRandom mine) {
    List<LeaseCall> calls = new ArrayList<>();
    ready.incrementAndGet();
    while (ready.get() < CLIENTS) {
      Thread.yield();
    }
    Duration duration = bench.span();
    InstantSource time = turnable ? bench.clock : InstantSource.system();
    long[] tokens = new long[2];
    for (int i = 0; i < CALLS; i++) {
      int which = mine.nextInt(2);
      String name = round + "-" + which;
      Instant earliest = time.instant();
      long began = clock.incrementAndGet();
      Kind kind =
          tokens[which] == 0 || mine.nextInt(8) == 0
              ? Kind.ACQUIRE
              : mine.nextInt(3) == 0 ? Kind.RENEW : Kind.RELEASE;
      Lease lease = null;
      boolean granted;
      if (kind == Kind.ACQUIRE) {
        lease = backend.acquireLease(name, duration);
        granted = lease != null;
        tokens[which] = lease != null ? lease.token() : tokens[which];
      } else if (kind == Kind.RENEW) {
        lease = backend.renewLease(name, tokens[which], duration);
        granted = lease != null;
      } else {
        granted = backend.releaseLease(name, tokens[which]);
      }
      long ended = clock.incrementAndGet();
      long token = kind == Kind.ACQUIRE ? (lease == null ? 0 : lease.token()) : tokens[which];
      calls.add(
          new LeaseCall(
              kind,
              began,
              ended,
              earliest,
              time.instant(),
              name,
              token,
              granted,
              lease == null ? null : lease.expiresAt()));
      if (kind == Kind.RELEASE && mine.nextBoolean()) {
        tokens[which] = 0; // otherwise the stale token is used again
      }
      if (turnable && mine.nextInt(10) == 0) {
        bench.clock.turn(duration.dividedBy(3));
      }
    }
    return calls;
  }
}

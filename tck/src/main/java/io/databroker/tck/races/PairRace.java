package io.databroker.tck.races;

import io.databroker.api.Backend;
import io.databroker.api.Bytes;
import io.databroker.api.FieldValue;
import io.databroker.api.Selection;
import io.databroker.api.Snapshot;
import io.databroker.api.SnapshotExpiredException;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import io.databroker.tck.engine.Bench;
import io.databroker.tck.engine.InconclusiveException;
import io.databroker.tck.engine.Violation;
import io.databroker.tck.text.Texts;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Readers at full speed, concurrent with a writer that keeps an invariant, so that each answer can
 * be checked by itself.
 *
 * <p>There are pairs of types; exactly one type of each pair has a record. A swap moves the record
 * to the other type of its pair and counts the swap in the pair's counter, in one batch. A reader
 * that sees a pair with two records or none, or a record and a counter that disagree, has seen half
 * of a batch.
 */
public final class PairRace {
  private static final int READERS = 3;
  private static final int FEWEST_BESIDE = 20;

  /** Pairs that a wide batch swaps: it takes about as long as a list of all types. */
  private static final int WIDE = 24;

  /** A writer that wakes up interrupts a reader, also on a single free processor. */
  private static final int WRITES_A_PAUSE = 8;

  private static final long PAUSE_NANOS = 50_000;

  private static final int STAYING = 12_000;
  private static final long LONGEST_SETUP_NANOS = 500_000_000L;

  private final Bench bench;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final int[] swaps = new int[Pairs.COUNT];
  private final long[] versions = new long[Pairs.COUNT];
  private final AtomicLong swapped = new AtomicLong();
  private volatile boolean stopped;
  private final LongAdder reads = new LongAdder();
  private final LongAdder beside = new LongAdder();

  /** Prepares a race on the first place of the bench. */
  public PairRace(Bench bench) {
    this.bench = bench;
  }

  /** Reads once and checks the answer; returns the problem, or null. */
  private interface Reader {
    @Nullable String read(Backend backend, SplittableRandom random);
  }

  /** Runs each kind of reader in turn. */
  public void run() throws InterruptedException {
    long share = Rounds.share(bench.tuning, Rounds.PAIRS).toNanos();
    Backend backend = bench.open(0, bench.context());
    backend.setOptions(Pairs.COUNTERS, TypeOptions.NONE.withIndexedFields(Pairs.PARITY));
    for (int from = 0; from < Pairs.COUNT; from += 100) {
      List<Write> batch = new ArrayList<>();
      for (int pair = from; pair < from + 100; pair++) {
        batch.add(Write.put(Pairs.type(pair, 0), Pairs.id(pair), Pairs.payload(pair, 0)));
        batch.add(Write.put(Pairs.COUNTERS, Pairs.id(pair), Pairs.payload(pair, 0)));
      }
      backend.put(batch);
    }
    SplittableRandom random = new SplittableRandom(bench.tuning.seed());
    try {
      race("LIST-4", share * 3 / 16, WIDE, backend, random, () -> PairRace::list);
      if (share >= LONGEST_SETUP_NANOS) {
        stay(backend, true);
        race("LIST-4", share * 3 / 16, WIDE, backend, random, () -> PairRace::list);
        stay(backend, false);
      }
      race("SNAP-2", share / 8, WIDE, backend, random, () -> this::snapshot);
      race("INDEX-1", share / 8, WIDE, backend, random, () -> this::lookUp);
      race("GET-1", share / 8, WIDE, backend, random, () -> this::get);
      race("FEED-2", share / 8, 1, backend, random, () -> new Pairs.Follower()::poll);
      race("VER-5", share / 8, 1, backend, random, () -> new Pairs.Clock()::read);
    } finally {
      stopped = true;
      threads.shutdownNow();
      bench.report(
          "invariants",
          Texts.format(
              "%d reads, %d of them during a swap, %d swaps, seed %d",
              reads.sum(), beside.sum(), swapped.get(), bench.tuning.seed()));
    }
    if (beside.sum() < FEWEST_BESIDE) {
      throw new InconclusiveException("only " + beside.sum() + " reads ran during a swap");
    }
  }

  /** Puts or deletes permanent types, which make a list take as long as many swaps. */
  private static void stay(Backend backend, boolean there) {
    long start = System.nanoTime();
    for (int from = 0;
        from < STAYING && (!there || System.nanoTime() - start < LONGEST_SETUP_NANOS);
        from += 300) {
      List<Write> batch = new ArrayList<>();
      for (int i = from; i < from + 300; i++) {
        String type = Pairs.STAYS + i;
        batch.add(there ? Write.put(type, "a", Bytes.EMPTY) : Write.delete(type, "a"));
      }
      backend.put(batch);
    }
  }

  private void race(
      String rule,
      long nanos,
      int width,
      Backend backend,
      SplittableRandom random,
      Supplier<Reader> readers)
      throws InterruptedException {
    stopped = false;
    SplittableRandom theirs = random.split();
    Future<?> writer = threads.submit(() -> swap(backend, width, theirs));
    List<Future<@Nullable String>> reading = new ArrayList<>();
    for (int i = 0; i < READERS; i++) {
      SplittableRandom mine = random.split();
      reading.add(threads.submit(() -> read(backend, mine, readers.get(), nanos)));
    }
    String problem = null;
    for (Future<@Nullable String> reader : reading) {
      String seen = Rounds.await(bench, rule, reader);
      problem = seen == null ? problem : seen;
    }
    stopped = true;
    Rounds.await(bench, "PUT-1", writer);
    if (problem != null) {
      throw Violation.found(
          rule,
          bench.tuning,
          Texts.format(
              "Seen within %d reads during %d swaps, seed %d: %s%n",
              reads.sum(), swapped.get(), bench.tuning.seed(), problem),
          null);
    }
  }

  private @Nullable String read(
      Backend backend, SplittableRandom random, Reader reader, long nanos) {
    long start = System.nanoTime();
    long first = beside.sum();
    while (!stopped && goesOn(System.nanoTime() - start, nanos, beside.sum() - first)) {
      long before = swapped.get();
      String problem;
      try {
        problem = reader.read(backend, random);
      } catch (SnapshotExpiredException allowed) {
        continue; // SNAP-4 does not say how long a snapshot can be held
      }
      reads.increment();
      if (swapped.get() != before) {
        beside.increment();
      }
      if (problem != null) {
        stopped = true;
        return problem;
      }
    }
    return null;
  }

  private static boolean goesOn(long elapsed, long nanos, long beside) {
    return elapsed < nanos || (nanos > 0 && beside < FEWEST_BESIDE && elapsed < 10 * nanos);
  }

  /** Swaps one pair per batch, and sometimes as many pairs as the width. */
  private void swap(Backend backend, int width, SplittableRandom random) {
    while (!stopped) {
      int first = random.nextInt(Pairs.COUNT);
      int pairs = random.nextInt(4) == 0 ? width : 1;
      List<Write> batch = new ArrayList<>(3 * pairs);
      for (int i = 0; i < pairs; i++) {
        int pair = (first + i) % Pairs.COUNT;
        int next = swaps[pair] + 1;
        batch.add(Write.delete(Pairs.type(pair, next - 1), Pairs.id(pair)));
        batch.add(Write.put(Pairs.type(pair, next), Pairs.id(pair), Pairs.payload(pair, next)));
        batch.add(Write.put(Pairs.COUNTERS, Pairs.id(pair), Pairs.payload(pair, next)));
      }
      List<StoredRecord> stored = backend.put(batch).records();
      synchronized (versions) {
        for (int i = 0; i < pairs; i++) {
          versions[(first + i) % Pairs.COUNT] = stored.get(3 * i + 2).version();
        }
      }
      for (int i = 0; i < pairs; i++) {
        swaps[(first + i) % Pairs.COUNT]++;
      }
      swapped.addAndGet(pairs);
      if (width > 1 && random.nextInt(WRITES_A_PAUSE) == 0) {
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
  }

  private static @Nullable String list(Backend backend, SplittableRandom random) {
    return Pairs.list(backend.listTypes());
  }

  private @Nullable String snapshot(Backend backend, SplittableRandom random) {
    Map<String, StoredRecord> counters = new HashMap<>();
    Map<String, StoredRecord> records = new HashMap<>();
    try (Snapshot snapshot = backend.snapshot(Selection.all())) {
      long version = snapshot.position().version();
      for (var all = snapshot.records(); all.hasNext(); ) {
        StoredRecord record = all.next();
        Map<String, StoredRecord> kind = record.type().equals(Pairs.COUNTERS) ? counters : records;
        StoredRecord other = kind.put(record.id(), record);
        if (other != null) {
          return "a snapshot holds both " + other + " and " + record;
        } else if (Long.compareUnsigned(record.version(), version) > 0) {
          return "a snapshot at version " + version + " holds " + record;
        }
      }
    }
    for (StoredRecord counter : counters.values()) {
      StoredRecord record = records.get(counter.id());
      if (record == null || !record.payload().equals(counter.payload())) {
        return "a snapshot holds " + counter + ", but " + record;
      }
    }
    return counters.size() == Pairs.COUNT
        ? null
        : "a snapshot holds " + counters.size() + " of " + Pairs.COUNT + " counters";
  }

  private @Nullable String lookUp(Backend backend, SplittableRandom random) {
    int parity = random.nextInt(2);
    boolean both = random.nextBoolean();
    Selection one =
        Selection.where(Pairs.COUNTERS, new FieldValue(Pairs.PARITY, Pairs.PARITIES[parity]));
    Selection any =
        Selection.where(
            Pairs.COUNTERS,
            new FieldValue(Pairs.PARITY, Pairs.PARITIES[0]),
            new FieldValue(Pairs.PARITY, Pairs.PARITIES[1]));
    int count = 0;
    try (Snapshot snapshot = backend.snapshot(both ? any : one)) {
      for (var all = snapshot.records(); all.hasNext(); ) {
        StoredRecord record = all.next();
        count++;
        if (!both && Pairs.swapOf(record) % 2 != parity) {
          return "a look-up of " + Pairs.PARITIES[parity] + " returns " + record.payload().toUtf8();
        }
      }
    }
    return both && count != Pairs.COUNT
        ? "a look-up of even or odd returns " + count + " of " + Pairs.COUNT + " counters"
        : null;
  }

  private @Nullable String get(Backend backend, SplittableRandom random) {
    int pair = random.nextInt(Pairs.COUNT);
    long least;
    synchronized (versions) {
      least = versions[pair];
    }
    StoredRecord found = backend.get(Pairs.COUNTERS, Pairs.id(pair));
    if (found == null) {
      return "get returns null for the counter of pair " + pair + ", which is never deleted";
    }
    return !found.payload().equals(Pairs.payload(pair, Pairs.swapOf(found)))
            || Long.compareUnsigned(found.version(), least) < 0
        ? Texts.format(
            "get of the counter of pair %d returns %s with payload %s; version %s was acknowledged"
                + " before",
            pair, found, found.payload().toUtf8(), Long.toUnsignedString(least))
        : null;
  }
}

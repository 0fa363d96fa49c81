package io.databroker.tck.races;

import io.databroker.api.Backend;
import io.databroker.api.Bytes;
import io.databroker.api.ChangeFeed;
import io.databroker.api.Changes;
import io.databroker.api.CodePointOrder;
import io.databroker.api.FieldValue;
import io.databroker.api.Selection;
import io.databroker.api.Snapshot;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Versions;
import io.databroker.api.Write;
import io.databroker.tck.engine.Bench;
import io.databroker.tck.engine.InconclusiveException;
import io.databroker.tck.engine.Violation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Readers at full speed beside a writer that keeps an invariant, so that each answer can be checked
 * by itself.
 *
 * <p>There are pairs of types; exactly one type of each pair has a record. A swap moves the record
 * to the other type of its pair and counts the swap in the pair's counter, in one batch. A reader
 * that sees a pair with two records or none, or a record and a counter that disagree, has seen half
 * of a batch.
 */
public final class PairRace {
  private static final int PAIRS = 1_500;
  private static final int READERS = 3;
  private static final int FEWEST_BESIDE = 20;
  private static final String COUNTERS = "counters";
  private static final String PARITY = "parity";
  private static final String[] PARITIES = {"even", "odd"};

  private final Bench bench;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final int[] swaps = new int[PAIRS];
  private final long[] versions = new long[PAIRS];
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
    backend.setOptions(COUNTERS, TypeOptions.NONE.withIndexedFields(PARITY));
    for (int from = 0; from < PAIRS; from += 100) {
      List<Write> batch = new ArrayList<>();
      for (int pair = from; pair < from + 100; pair++) {
        batch.add(Write.put(type(pair, 0), id(pair), payload(pair, 0)));
        batch.add(Write.put(COUNTERS, id(pair), payload(pair, 0)));
      }
      backend.put(batch);
    }
    SplittableRandom random = new SplittableRandom(bench.tuning.seed());
    try {
      race("LIST-4", share * 3 / 8, backend, random, () -> (b, r) -> list(b.listTypes()));
      race("SNAP-2", share / 8, backend, random, () -> this::snapshot);
      race("INDEX-1", share / 8, backend, random, () -> this::lookUp);
      race("GET-1", share / 8, backend, random, () -> this::get);
      race("FEED-2", share / 8, backend, random, () -> new Follower()::poll);
      race("VER-5", share / 8, backend, random, () -> new Clock()::read);
    } finally {
      stopped = true;
      threads.shutdownNow();
      bench.report(
          "invariants",
          String.format(
              Locale.ROOT,
              "%d reads, %d of them beside a swap, %d swaps, seed %d",
              reads.sum(),
              beside.sum(),
              swapped.get(),
              bench.tuning.seed()));
    }
    if (beside.sum() < FEWEST_BESIDE) {
      throw new InconclusiveException("only " + beside.sum() + " reads ran beside a swap");
    }
  }

  private void race(
      String rule, long nanos, Backend backend, SplittableRandom random, Supplier<Reader> readers)
      throws InterruptedException {
    stopped = false;
    SplittableRandom theirs = random.split();
    Future<?> writer = threads.submit(() -> swap(backend, theirs));
    List<Future<@Nullable String>> reading = new ArrayList<>();
    for (int i = 0; i < READERS; i++) {
      SplittableRandom mine = random.split();
      reading.add(threads.submit(() -> read(backend, mine, readers.get(), nanos)));
    }
    String problem = null;
    for (Future<@Nullable String> reader : reading) {
      String seen = await(rule, reader, Duration.ofNanos(nanos).multipliedBy(10));
      problem = seen == null ? problem : seen;
    }
    stopped = true;
    await("PUT-1", writer, Duration.ZERO);
    if (problem != null) {
      throw Violation.found(
          rule,
          bench.tuning,
          String.format(
              Locale.ROOT,
              "Seen within %d reads beside %d swaps, seed %d: %s%n",
              reads.sum(),
              swapped.get(),
              bench.tuning.seed(),
              problem),
          null);
    }
  }

  private <T extends @Nullable Object> T await(String rule, Future<T> work, Duration longest)
      throws InterruptedException {
    Duration bound = longest.plus(bench.tuning.patience());
    try {
      return work.get(bound.toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      throw Violation.found(rule, bench.tuning, "A call failed: " + e.getCause() + "\n", e);
    } catch (TimeoutException e) {
      throw Violation.found(rule, bench.tuning, "A call did not return.\n", e);
    }
  }

  private @Nullable String read(
      Backend backend, SplittableRandom random, Reader reader, long nanos) {
    long start = System.nanoTime();
    long first = beside.sum();
    while (!stopped && goesOn(System.nanoTime() - start, nanos, beside.sum() - first)) {
      long before = swapped.get();
      String problem = reader.read(backend, random);
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

  private void swap(Backend backend, SplittableRandom random) {
    while (!stopped) {
      int pair = random.nextInt(PAIRS);
      int next = swaps[pair] + 1;
      List<StoredRecord> stored =
          backend
              .put(
                  List.of(
                      Write.delete(type(pair, next - 1), id(pair)),
                      Write.put(type(pair, next), id(pair), payload(pair, next)),
                      Write.put(COUNTERS, id(pair), payload(pair, next))))
              .records();
      synchronized (versions) {
        versions[pair] = stored.get(2).version();
      }
      swaps[pair] = next;
      swapped.incrementAndGet();
    }
  }

  private static String type(int pair, int swap) {
    // The types of a pair are far apart in every order.
    int half = Math.floorMod(swap, 2);
    return (half == 0 ? "a" : "z") + pair;
  }

  private static String id(int pair) {
    return "pair " + pair;
  }

  private static Bytes payload(int pair, int swap) {
    return Bytes.utf8(PARITY + "=" + PARITIES[swap % 2] + ";pair=" + pair + ";swap=" + swap);
  }

  private static int swapOf(StoredRecord record) {
    String text = record.payload().toUtf8();
    return Integer.parseInt(text.substring(text.lastIndexOf('=') + 1));
  }

  private static @Nullable String list(List<String> types) {
    boolean[] there = new boolean[PAIRS];
    String before = "";
    for (String type : types) {
      if (CodePointOrder.INSTANCE.compare(before, type) >= 0) {
        return "listTypes names " + before + " before " + type;
      }
      before = type;
      if (!type.equals(COUNTERS)) {
        int pair = Integer.parseInt(type.substring(1));
        if (there[pair]) {
          return "listTypes names both a" + pair + " and z" + pair + ", which swap in one batch";
        }
        there[pair] = true;
      }
    }
    for (int pair = 0; pair < PAIRS; pair++) {
      if (!there[pair]) {
        return "listTypes names neither a" + pair + " nor z" + pair + ", which swap in one batch";
      }
    }
    return null;
  }

  private @Nullable String snapshot(Backend backend, SplittableRandom random) {
    Map<String, StoredRecord> counters = new HashMap<>();
    Map<String, StoredRecord> records = new HashMap<>();
    try (Snapshot snapshot = backend.snapshot(Selection.all())) {
      long version = snapshot.position().version();
      for (var all = snapshot.records(); all.hasNext(); ) {
        StoredRecord record = all.next();
        Map<String, StoredRecord> kind = record.type().equals(COUNTERS) ? counters : records;
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
    return counters.size() == PAIRS
        ? null
        : "a snapshot holds " + counters.size() + " of " + PAIRS + " counters";
  }

  private @Nullable String lookUp(Backend backend, SplittableRandom random) {
    int parity = random.nextInt(2);
    boolean both = random.nextBoolean();
    Selection one = Selection.where(COUNTERS, new FieldValue(PARITY, PARITIES[parity]));
    Selection any =
        Selection.where(
            COUNTERS, new FieldValue(PARITY, PARITIES[0]), new FieldValue(PARITY, PARITIES[1]));
    int count = 0;
    try (Snapshot snapshot = backend.snapshot(both ? any : one)) {
      for (var all = snapshot.records(); all.hasNext(); ) {
        StoredRecord record = all.next();
        count++;
        if (!both && swapOf(record) % 2 != parity) {
          return "a look-up of " + PARITIES[parity] + " returns " + record.payload().toUtf8();
        }
      }
    }
    return both && count != PAIRS
        ? "a look-up of even or odd returns " + count + " of " + PAIRS + " counters"
        : null;
  }

  private @Nullable String get(Backend backend, SplittableRandom random) {
    int pair = random.nextInt(PAIRS);
    long least;
    synchronized (versions) {
      least = versions[pair];
    }
    StoredRecord found = backend.get(COUNTERS, id(pair));
    if (found == null) {
      return "get returns null for the counter of pair " + pair + ", which is never deleted";
    }
    return !found.payload().equals(payload(pair, swapOf(found)))
            || Long.compareUnsigned(found.version(), least) < 0
        ? String.format(
            Locale.ROOT,
            "get of the counter of pair %d returns %s with payload %s; version %s was acknowledged"
                + " before",
            pair,
            found,
            found.payload().toUtf8(),
            Long.toUnsignedString(least))
        : null;
  }

  /** Reads a feed. */
  private static final class Follower {
    private @Nullable ChangeFeed feed;
    private long reached;

    @Nullable String poll(Backend backend, SplittableRandom random) {
      ChangeFeed open = feed;
      if (open == null) {
        var end = backend.versions().end();
        reached = end.version();
        open = backend.changes(end, null);
        feed = open;
      }
      Changes next = open.poll();
      if (next == null) {
        return null;
      }
      List<StoredRecord> records = next.records();
      boolean whole =
          records.size() == 3
              && records.get(0).deleted()
              && records.get(1).payload().equals(records.get(2).payload())
              && swapOf(records.get(0)) + 1 == swapOf(records.get(1));
      for (StoredRecord record : records) {
        whole &= record.version() == ++reached;
      }
      return whole
          ? null
          : "a feed delivers " + records + ", which is not the whole batch of a swap";
    }
  }

  /** Reads the versions. */
  private static final class Clock {
    private @Nullable Versions last;

    @Nullable String read(Backend backend, SplittableRandom random) {
      Versions before = last;
      Versions now = backend.versions();
      last = now;
      if (now.latest() % 3 != 2 * PAIRS % 3) {
        return "the last version is " + now.latest() + ", which is inside the batch of a swap";
      }
      return before != null
              && (Long.compareUnsigned(now.latest(), before.latest()) < 0
                  || now.serverVersion() != before.serverVersion())
          ? "versions returns " + now + " after " + before
          : null;
    }
  }
}

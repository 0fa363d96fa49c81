package io.databroker.tck.races;

import io.databroker.api.Backend;
import io.databroker.api.Bytes;
import io.databroker.api.Write;
import io.databroker.tck.history.Call;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/**
 * Workloads that race listTypes with types that appear and empty.
 *
 * <p>A torn list shows only if a write takes effect while the list is built. So the writes differ
 * in width: a wide batch takes as long as many lists, and a list of thousands of types takes as
 * long as many single writes. One of the two is always in progress when the other begins, even on a
 * busy machine.
 */
public final class TypeLists {
  private static final Call LIST = new Call.ListTypes();

  /** Types that appear and empty. */
  private static final int SWAPPED = 800;

  /**
   * Permanent types, which make a list take as long as many writes; on a busy machine the client
   * that lists should lose its processor in the middle of most lists.
   */
  private static final int STAYING = 15_200;

  /** Permanent types of a first look, whose share of time is shorter than this. */
  private static final int FEWER_STAYING = 3_200;

  private static final Duration WHOLE = Duration.ofSeconds(1);

  /** Time for the permanent types: a slow backend, whose lists take long anyway, gets fewer. */
  private static final long LONGEST_SETUP_NANOS = 700_000_000L;

  private static final int FEW = 64;
  private static final int SETUP_BATCH = 400;

  /** Widths of batches, in swaps. */
  private static final int[] WIDTHS = {1, 1, 1, 8, 32};

  private static final List<String> NAMES =
      IntStream.range(0, SWAPPED + STAYING).mapToObj(TypeLists::spread).toList();

  private TypeLists() {}

  /** Returns a workload in which each client lists and writes. */
  public static Workload some() {
    // No yields here: a thread should lose its processor in the middle of a list.
    Script client =
        (random, memory) -> {
          int kind = random.nextInt(10);
          if (kind < 4) {
            return LIST;
          }
          return kind < 9
              ? swaps(random, FEW, WIDTHS[random.nextInt(WIDTHS.length)])
              : new Call.Get(NAMES.get(random.nextInt(FEW)), "a");
        };
    return Workload.of("many types appear and empty", 4, 30, client)
        .setUpBy(backend -> put(backend, SWAPPED));
  }

  /**
   * Returns a workload in which one client lists thousands of types while two write. If lists take
   * long, the writers pause between their writes, so that they write as long as the client lists; a
   * thread that wakes up also interrupts a list on a machine with a single free processor.
   *
   * @param share the time for all rounds; with a short one, fewer types are enough for a first look
   */
  public static Workload thousands(Duration share) {
    int staying = share.compareTo(WHOLE) < 0 ? FEWER_STAYING : STAYING;
    Pace pace = new Pace();
    Script lister =
        (random, memory) -> {
          pace.listed();
          return LIST;
        };
    Script writer =
        (random, memory) -> {
          pace.pause();
          return swaps(random, SWAPPED, WIDTHS[random.nextInt(WIDTHS.length)]);
        };
    return Workload.of("thousands of types", 3, 25, lister)
        .by(List.of(lister, writer, writer))
        .setUpBy(backend -> put(backend, SWAPPED + staying))
        .losingHistory() // its feed is not read: that would take longer than the round
        .goingOn()
        .atMost(150);
  }

  /** Pauses of the writers, in proportion to the time that a list takes. */
  private static final class Pace {
    private static final long SHORT_NANOS = 20_000;
    private static final long LONG_NANOS = 2_000_000;
    private static final int WRITES_A_LIST = 3;

    private long last = System.nanoTime();
    private volatile long listNanos;

    /** The client lists again. */
    void listed() {
      long now = System.nanoTime();
      listNanos = Math.min(LONG_NANOS, now - last);
      last = now;
    }

    /** A writer is about to write. */
    void pause() {
      long nanos = listNanos;
      if (nanos > SHORT_NANOS) {
        LockSupport.parkNanos(nanos / WRITES_A_LIST);
      }
    }
  }

  /** A batch in which some types appear as others empty: a list shows all of it or nothing. */
  private static Call swaps(SplittableRandom random, int types, int width) {
    List<Write> batch = new ArrayList<>(2 * width);
    if (width == 1 && random.nextInt(4) == 0) {
      String type = NAMES.get(random.nextInt(types));
      batch.add(random.nextBoolean() ? Write.put(type, "a", Bytes.EMPTY) : Write.delete(type, "a"));
      return new Call.Put(batch);
    }
    for (int i = 0; i < width; i++) {
      batch.add(Write.put(NAMES.get(random.nextInt(types)), "a", Bytes.EMPTY));
      batch.add(Write.delete(NAMES.get(random.nextInt(types)), "a"));
    }
    return new Call.Put(batch);
  }

  /** Puts a record of each of the first types, except every second of those that change. */
  private static void put(Backend backend, int types) {
    long start = System.nanoTime();
    for (int from = 0;
        from < types && (from < SWAPPED || System.nanoTime() - start < LONGEST_SETUP_NANOS);
        from += SETUP_BATCH) {
      List<Write> writes = new ArrayList<>();
      for (int i = from; i < from + SETUP_BATCH; i++) {
        if (i >= SWAPPED || i % 2 == 0) {
          writes.add(Write.put(NAMES.get(i), "a", Bytes.EMPTY));
        }
      }
      backend.put(writes);
    }
  }

  /** Returns the name of a type; types of near numbers are far apart in every order. */
  private static String spread(int number) {
    return (char) ('a' + number * 7 % 26) + Integer.toString(number);
  }
}

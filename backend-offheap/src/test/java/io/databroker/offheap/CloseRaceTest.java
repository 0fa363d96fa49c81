package io.databroker.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.BlockingFeed;
import io.databroker.api.Bytes;
import io.databroker.api.Checkpoint;
import io.databroker.api.ClosedException;
import io.databroker.api.HistoryReplacedException;
import io.databroker.api.HistoryTrimmedException;
import io.databroker.api.Selection;
import io.databroker.api.Snapshot;
import io.databroker.api.SnapshotExpiredException;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Closes the store while many threads call every method. Runs for two seconds in each build; {@code
 * -Ddatabroker.offheap.closeSeconds=60} runs longer.
 */
class CloseRaceTest {
  private static final int THREADS = 8;
  private static final long SECONDS = Long.getLong("databroker.offheap.closeSeconds", 2);

  @TempDir Path scratch;

  private final AtomicInteger inside = new AtomicInteger();
  private final Queue<Throwable> wrong = new ConcurrentLinkedQueue<>();

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void callsUnderWayEndNormallyOrClosed(boolean inDirectory) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    int rounds = 0;
    int overlaps = 0;
    do {
      Path directory = inDirectory ? scratch.resolve("store" + rounds) : null;
      overlaps += round(directory, rounds) > 0 ? 1 : 0;
      rounds++;
    } while (System.nanoTime() < deadline);
    System.out.printf(
        Locale.ROOT,
        "close race %s: %d of %d closes met calls under way%n",
        inDirectory ? "in a directory" : "in memory",
        overlaps,
        rounds);
    assertThat(overlaps).as("closes that met calls under way").isPositive();
  }

  private int round(Path directory, int seed) throws InterruptedException {
    OffheapSettings settings =
        new OffheapSettings(directory, Durability.PROCESS, 1_000, 10, 1 << 16);
    Backend backend = Opening.open(settings, BackendContext.standard());
    CountDownLatch warm = new CountDownLatch(THREADS);
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      Random random = new Random(seed * 100L + i);
      Thread thread = new Thread(() -> callUntilClosed(backend, random, warm));
      threads.add(thread);
      thread.start();
    }
    assertThat(warm.await(30, TimeUnit.SECONDS)).as("all threads call").isTrue();
    int met = inside.get();
    backend.close();
    backend.close();
    for (Thread thread : threads) {
      thread.join(30_000);
      assertThat(thread.isAlive()).as("hangs: %s", thread).isFalse();
    }
    assertThat(wrong).isEmpty();
    return met;
  }

  private void callUntilClosed(Backend backend, Random random, CountDownLatch warm) {
    int calls = 0;
    try {
      while (true) {
        inside.incrementAndGet();
        try {
          call(backend, random);
        } catch (HistoryReplacedException
            | HistoryTrimmedException
            | SnapshotExpiredException expected) {
          // Other threads clear and trim.
        } finally {
          inside.decrementAndGet();
        }
        if (++calls == 20) {
          warm.countDown();
        }
      }
    } catch (ClosedException end) {
      warm.countDown();
    } catch (InterruptedException | RuntimeException | Error other) {
      wrong.add(other);
      warm.countDown();
    }
  }

  private static void call(Backend backend, Random random) throws InterruptedException {
    String type = "t" + random.nextInt(3);
    String id = "i" + random.nextInt(50);
    switch (random.nextInt(16)) {
      case 0, 1, 2, 3 ->
          backend.put(
              List.of(
                  Write.put(type, id, Bytes.copyOf(new byte[random.nextInt(300)])),
                  Write.delete(type, "i" + random.nextInt(50))));
      case 4, 5, 6 -> backend.get(type, id);
      case 7 -> backend.listTypes();
      case 8, 9 -> {
        try (Snapshot snapshot = backend.snapshot(Selection.all())) {
          snapshot.records().forEachRemaining(record -> {});
        }
      }
      case 10 -> {
        try (BlockingFeed feed =
            new BlockingFeed(backend.changes(backend.versions().end(), type))) {
          feed.next(Duration.ofMillis(1));
        }
      }
      case 11 -> backend.setOptions(type, TypeOptions.NONE.withCapacity(random.nextInt(40)));
      case 12 -> backend.acquireLease(id, Duration.ofSeconds(1));
      case 13 -> backend.trim(Instant.now());
      case 14 -> backend.setCheckpoint(new Checkpoint(1, 2));
      default -> {
        if (random.nextInt(4) == 0) {
          backend.clear();
        } else {
          backend.expire();
        }
      }
    }
  }
}

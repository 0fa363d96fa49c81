package io.databroker.inmemory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.databroker.api.BackendContext;
import io.databroker.api.Bytes;
import io.databroker.api.ChangeFeed;
import io.databroker.api.Position;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Signals of feeds, on notifiers of every kind. */
class SignalsTest {
  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));
  private final Queue<Runnable> tasks = new ArrayDeque<>();
  private final List<InMemoryBackend> opened = new ArrayList<>();

  private final AtomicBoolean inTime = new AtomicBoolean();

  private boolean open = true;

  private InMemoryBackend open(Executor notifier) {
    InMemoryBackend backend =
        new InMemoryBackend(BackendContext.standard().withClock(now::get).withNotifier(notifier));
    opened.add(backend);
    return backend;
  }

  @AfterEach
  void close() {
    open = false; // signals from here on must not poll
    opened.forEach(InMemoryBackend::close);
  }

  private static void put(InMemoryBackend backend, String type, String id) {
    backend.put(List.of(Write.put(type, id, Bytes.EMPTY)));
  }

  private void runTasks() {
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      task.run();
    }
  }

  /** A trim that makes room signals the feeds that it moves (FEED-9), whoever needs the room. */
  @Test
  void anExpiryThatTrimsEarlySignalsTheFeedsOfQuietTypes() {
    InMemoryBackend backend =
        new InMemoryBackend(
            BackendContext.standard().withClock(now::get).withNotifier(tasks::add),
            new Room(1 << 20, 1 << 12));
    opened.add(backend);
    backend.setOptions("t", TypeOptions.NONE.withTtl(Duration.ofHours(1)));
    ChangeFeed quiet = backend.changes(backend.versions().end(), "quiet");
    AtomicInteger signals = new AtomicInteger();
    assertThat(quiet.poll()).isNull();
    quiet.onReady(signals::incrementAndGet);
    backend.put(List.of(Write.put("t", "a", Bytes.copyOf(new byte[1 << 13]))));
    put(backend, "t", "a"); // the history is now over its bound
    runTasks();
    assertThat(signals).hasValue(0);
    assertThat(backend.expire()).isZero();
    runTasks();
    assertThat(backend.versions().earliest()).isGreaterThan(1);
    assertThat(signals).hasValue(1);
    assertThat(quiet.poll().isBookmark()).isTrue();
  }

  /** A notifier may run signals on the calling thread, so no lock may be held there. */
  @Test
  void aSignalOfAnEvictionMayWaitForAnotherChangeOfOptions() throws Exception {
    InMemoryBackend backend = open(Runnable::run);
    for (int i = 0; i < 3; i++) {
      put(backend, "t", "a" + i);
    }
    ChangeFeed feed = backend.changes(backend.versions().end(), "t");
    CompletableFuture<Void> other = new CompletableFuture<>();
    feed.onReady(
        () -> {
          Thread thread =
              new Thread(
                  () -> {
                    backend.setOptions("u", TypeOptions.NONE.withCapacity(1));
                    other.complete(null);
                  });
          thread.start();
          other.completeOnTimeout(null, 10, TimeUnit.SECONDS).join();
          inTime.set(backend.options().containsKey("u"));
        });
    backend.setOptions("t", TypeOptions.NONE.withCapacity(1));
    assertThat(inTime).isTrue();
  }

  @Test
  void feedsThatWaitAgainWithinTheirSignalAreSignalledOnceAWrite() {
    InMemoryBackend backend = open(tasks::add);
    int feeds = 1_000;
    AtomicInteger signals = new AtomicInteger();
    for (int i = 0; i < feeds; i++) {
      ChangeFeed feed = backend.changes(backend.versions().end(), i % 2 == 0 ? "t" : null);
      feed.onReady(
          new Runnable() {
            @Override
            public void run() {
              // The bound ends what would otherwise be an endless loop.
              if (open && signals.incrementAndGet() <= 10 * feeds) {
                while (feed.poll() != null) {}
                feed.onReady(this);
              }
            }
          });
    }
    for (int round = 1; round <= 3; round++) {
      put(backend, "t", "a");
      runTasks();
      assertThat(signals).hasValue(round * feeds);
    }
  }

  static List<Throwable> failures() {
    return List.of(
        new RejectedExecutionException("planted"),
        new IllegalStateException("planted"),
        new OutOfMemoryError("planted"));
  }

  @ParameterizedTest
  @MethodSource("failures")
  void aNotifierThatFailsNeitherFailsTheWriteNorLosesSignals(Throwable failure) {
    AtomicBoolean failing = new AtomicBoolean(true);
    InMemoryBackend backend =
        open(
            task -> {
              if (failing.get() && failure instanceof Error error) {
                throw error;
              } else if (failing.get()) {
                throw (RuntimeException) failure;
              }
              task.run();
            });
    AtomicInteger signals = new AtomicInteger();
    ChangeFeed all = backend.changes(backend.versions().end(), null);
    ChangeFeed typed = backend.changes(backend.versions().end(), "t");
    for (int round = 1; round <= 3; round++) {
      all.onReady(signals::incrementAndGet);
      typed.onReady(signals::incrementAndGet);
      assertThatCode(() -> put(backend, "t", "a")).doesNotThrowAnyException();
      assertThat(signals).hasValue(2 * round);
      all.poll();
      typed.poll();
      failing.set(round == 1);
    }
    assertThat(backend.versions().latest()).isEqualTo(3);
  }

  @Test
  void aSignalThatThrowsHarmsNobodyElse() {
    InMemoryBackend backend = open(Runnable::run);
    Thread.UncaughtExceptionHandler usual = Thread.currentThread().getUncaughtExceptionHandler();
    List<Throwable> told = new ArrayList<>();
    Thread.currentThread()
        .setUncaughtExceptionHandler(
            (thread, thrown) -> {
              told.add(thrown);
              throw new IllegalStateException("the handler, too");
            });
    try {
      AtomicInteger signals = new AtomicInteger();
      for (int i = 0; i < 10; i++) {
        boolean bad = i % 2 == 0;
        backend
            .changes(backend.versions().end(), "t")
            .onReady(
                () -> {
                  if (bad) {
                    throw new AssertionError("a bad signal");
                  }
                  signals.incrementAndGet();
                });
      }
      put(backend, "t", "a");
      assertThat(signals).hasValue(5);
      assertThat(told).hasSize(5).allMatch(thrown -> thrown.getMessage().equals("a bad signal"));
    } finally {
      Thread.currentThread().setUncaughtExceptionHandler(usual);
    }
  }

  @Test
  void aTrimInPortionsDoesNotLeaveAWaitingFeedBehind() {
    InMemoryBackend backend = open(tasks::add);
    ChangeFeed quiet = backend.changes(backend.versions().end(), "quiet");
    quiet.onReady(() -> {});
    for (int i = 0; i < 10_000; i++) {
      put(backend, "busy", "b");
    }
    now.updateAndGet(time -> time.plusSeconds(1));
    assertThat(backend.trim(now.get())).isEqualTo(10_000);
    runTasks();
    assertThat(quiet.poll().position()).isEqualTo(backend.versions().end());
    assertThat(quiet.poll()).isNull();
  }

  @Test
  void severalTrimsBeforeItsSignalRunsDoNotLeaveAWaitingFeedBehind() {
    InMemoryBackend backend = open(tasks::add);
    ChangeFeed quiet = backend.changes(backend.versions().end(), "quiet");
    quiet.onReady(() -> {});
    for (int round = 0; round < 3; round++) {
      put(backend, "busy", "b");
      now.updateAndGet(time -> time.plusSeconds(1));
      assertThat(backend.trim(now.get())).isEqualTo(1);
    }
    runTasks();
    assertThat(quiet.poll().position()).isEqualTo(backend.versions().end());
    put(backend, "quiet", "q");
    assertThat(quiet.poll().records()).extracting(StoredRecord::id).containsExactly("q");
  }

  @Test
  void aFeedThatWaitsAgainUnpolledIsMovedOnAgain() {
    InMemoryBackend backend = open(tasks::add);
    ChangeFeed quiet = backend.changes(backend.versions().end(), "quiet");
    for (int round = 0; round < 3; round++) {
      quiet.onReady(() -> {});
      put(backend, "busy", "b");
      now.updateAndGet(time -> time.plusSeconds(1));
      backend.trim(now.get());
      if (round < 2) {
        runTasks();
      }
    }
    Position end = backend.versions().end();
    assertThat(quiet.poll().position()).isEqualTo(end);
    assertThat(quiet.poll()).isNull();
  }

  @Test
  void aTrimEndsThoughEverySignalWritesAnew() {
    InMemoryBackend backend = open(Runnable::run);
    put(backend, "busy", "b");
    ChangeFeed quiet = backend.changes(backend.versions().begin(), "quiet");
    AtomicInteger writes = new AtomicInteger();
    now.updateAndGet(time -> time.plusSeconds(1));
    Instant before = now.get().plusSeconds(1);
    quiet.poll();
    quiet.onReady(
        new Runnable() {
          @Override
          public void run() {
            if (open && writes.incrementAndGet() <= 100) {
              while (quiet.poll() != null) {}
              quiet.onReady(this);
              put(backend, "busy", "b");
            }
          }
        });
    put(backend, "busy", "c");
    assertThat(backend.trim(before)).isEqualTo(2);
    assertThat(writes).hasValue(1);
  }

  @Test
  void idleWatchersCostAWriteOfAnotherTypeNothing() {
    AtomicInteger submitted = new AtomicInteger();
    InMemoryBackend backend =
        open(
            task -> {
              submitted.incrementAndGet();
              tasks.add(task);
            });
    int threads = Thread.activeCount();
    List<ChangeFeed> feeds = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      ChangeFeed feed = backend.changes(backend.versions().end(), "idle" + i % 100);
      assertThat(feed.poll()).isNull();
      feed.onReady(() -> {});
      feeds.add(feed);
    }
    for (int i = 0; i < 1_000; i++) {
      put(backend, "busy", "b" + i);
    }
    assertThat(submitted).hasValue(0);
    assertThat(Thread.activeCount()).isLessThanOrEqualTo(threads);
    put(backend, "idle7", "a");
    assertThat(submitted).as("one task for all hundred feeds of the type").hasValue(1);
    runTasks();
    feeds.forEach(ChangeFeed::close);
    tasks.clear();
    submitted.set(0);
    for (int i = 0; i < 100; i++) {
      put(backend, "idle" + i, "b");
    }
    assertThat(submitted).as("closed feeds are forgotten at once").hasValue(0);
  }

  /** No order of a write and a feed that begins to wait loses the signal. */
  @Test
  void aFeedThatBeginsToWaitDuringAWriteIsSignalled() throws Exception {
    InMemoryBackend backend = open(Runnable::run);
    CyclicBarrier together = new CyclicBarrier(2);
    int rounds = 3_000;
    Thread writer =
        new Thread(
            () -> {
              try {
                for (int round = 0; round < rounds; round++) {
                  together.await(60, TimeUnit.SECONDS);
                  spin(round % 61 * 20);
                  put(backend, "t", "a");
                }
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            });
    writer.start();
    int before = 0;
    for (int round = 0; round < rounds; round++) {
      CountDownLatch signal = new CountDownLatch(1);
      try (ChangeFeed feed =
          backend.changes(backend.versions().end(), round % 2 == 0 ? null : "t")) {
        together.await(60, TimeUnit.SECONDS);
        spin(round % 53 * 20);
        boolean nothingYet = feed.poll() == null;
        if (nothingYet) {
          feed.onReady(signal::countDown);
          before += signal.getCount() > 0 ? 1 : 0;
          assertThat(signal.await(60, TimeUnit.SECONDS)).as("signal of round %d", round).isTrue();
          assertThat(feed.poll().records()).hasSize(1);
        }
        assertThat(feed.poll()).isNull();
      }
    }
    writer.join();
    System.out.printf("signals: %d of %d feeds waited before the write%n", before, rounds);
    assertThat(before).isBetween(1, rounds - 1);
  }

  private static void spin(int times) {
    for (int i = 0; i < times; i++) {
      Thread.onSpinWait();
    }
  }
}

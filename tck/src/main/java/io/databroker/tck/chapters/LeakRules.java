package io.databroker.tck.chapters;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import io.databroker.api.Backend;
import io.databroker.api.Capability;
import io.databroker.api.ChangeFeed;
import io.databroker.api.OpenFailedException;
import io.databroker.api.Position;
import io.databroker.api.Selection;
import io.databroker.api.Snapshot;
import io.databroker.tck.contract.Lacks;
import io.databroker.tck.contract.Needs;
import io.databroker.tck.contract.Rule;
import io.databroker.tck.engine.Garbage;
import io.databroker.tck.engine.KitThreads;
import io.databroker.tck.text.Texts;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.opentest4j.TestAbortedException;

/**
 * Resources of closed feeds and backends, and of opens that fail. A library may keep a thread or a
 * file for the whole JVM, so a single leftover proves nothing: these rules fail if every close
 * leaves one.
 *
 * <p><b>Thread-safety:</b> none; JUnit uses each instance on one thread.
 */
abstract class LeakRules extends Chapter {
  private static final int TIMES = 6;
  private static final int FEEDS = 60;
  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
  private static final long PAUSE_NANOS = 20_000_000;

  LeakRules() {}

  @Test
  @Rule("CLOSE-5")
  void aCloseEndsTheThreadsOfTheBackend() {
    openAndClose();
    Set<Thread> before = threads();
    for (int i = 0; i < TIMES; i++) {
      openAndClose();
    }
    if (!becomesSmall(() -> threadsSince(before).size())) {
      Set<Thread> left = threadsSince(before);
      Set<String> names = new TreeSet<>();
      left.forEach(thread -> names.add(thread.getName()));
      fail(
          Texts.format(
              "after %d opens and closes, %d threads still run: %s", TIMES, left.size(), names));
    }
  }

  /** Returns the threads that run now and did not run before. */
  private static Set<Thread> threadsSince(Set<Thread> before) {
    Set<Thread> now = threads();
    now.removeAll(before);
    return now;
  }

  /**
   * Returns the threads except those of the kit and of the JVM. Those of the JVM, such as the
   * carriers of virtual threads, serve all code, and may come and go at any time.
   */
  private static Set<Thread> threads() {
    Set<Thread> threads = new HashSet<>(Thread.getAllStackTraces().keySet());
    threads.removeIf(
        thread ->
            thread.getName().startsWith(KitThreads.PREFIX)
                || thread.getClass().getName().startsWith("jdk.internal.")
                || thread.getName().startsWith("ForkJoinPool.commonPool-"));
    return threads;
  }

  @Test
  @Rule("CLOSE-5")
  void aCloseClosesTheFilesOfTheBackend() {
    if (!Files.isDirectory(DESCRIPTORS)) {
      throw new TestAbortedException("not run: open files are counted in /proc/self/fd, on Linux");
    }
    openAndClose();
    long before = descriptors();
    for (int i = 0; i < TIMES; i++) {
      openAndClose();
    }
    if (!becomesSmall(() -> (int) (descriptors() - before))) {
      fail(
          Texts.format(
              "after %d opens and closes, %d more files or sockets are open",
              TIMES, descriptors() - before));
    }
  }

  private static long descriptors() {
    try (Stream<Path> open = Files.list(DESCRIPTORS)) {
      return open.count();
    } catch (IOException e) {
      throw new TestAbortedException("not run: open files cannot be counted: " + e);
    }
  }

  @Test
  @Needs(Capability.DURABLE)
  @Lacks(Capability.SHARED)
  @Rule("OPEN-1")
  void anOpenThatIsRefusedLeavesNothingBehind() {
    put("t", "1");
    refused();
    Set<Thread> threads = threads();
    long files = Files.isDirectory(DESCRIPTORS) ? descriptors() : 0;
    for (int i = 0; i < TIMES; i++) {
      refused();
    }
    Supplier<Integer> moreThreads = () -> threadsSince(threads).size();
    Supplier<Integer> moreFiles =
        () -> Files.isDirectory(DESCRIPTORS) ? (int) (descriptors() - files) : 0;
    if (!becomesSmall(moreThreads) || !becomesSmall(moreFiles)) {
      fail(
          Texts.format(
              "after %d opens that were refused, %d more threads run, and %d more files are open",
              TIMES, moreThreads.get(), moreFiles.get()));
    }
    put("t", "2");
    reopen();
    assertEquals(setOf("1", "2"), ids("t"), "the open store, after others were refused");
  }

  /** Opens the store of this test once more, which must fail. */
  private void refused() {
    Backend second;
    try {
      second = bench.openUnchecked(0, bench.context());
    } catch (OpenFailedException refused) {
      return;
    }
    second.close();
    throw new TestAbortedException("not run: a second open is another store");
  }

  @Test
  @Rule("CLOSE-5")
  void aClosedBackendCanBeCollected() {
    List<WeakReference<Backend>> closed = new ArrayList<>();
    for (int i = 0; i < TIMES; i++) {
      closed.add(openAndClose());
    }
    long left = Garbage.reachable(closed, longest());
    if (left == TIMES) {
      fail("each of " + TIMES + " closed backends is still reachable, with its memory");
    }
  }

  @Test
  @Rule("FEED-17")
  void aClosedFeedCanBeCollected() {
    Backend raw = bench.openUnchecked(1, bench.context());
    try {
      List<WeakReference<ChangeFeed>> closed = closedFeeds(raw);
      long left = Garbage.reachable(closed, longest());
      if (left >= FEEDS / 2) {
        fail(left + " of " + FEEDS + " closed feeds are still reachable from the backend");
      }
    } finally {
      raw.close();
    }
  }

  /** Opens feeds, lets some of them wait, and closes them. */
  private static List<WeakReference<ChangeFeed>> closedFeeds(Backend raw) {
    raw.put(List.of(write("t", "1", "")));
    Position begin = raw.versions().begin();
    Position end = raw.versions().end();
    List<WeakReference<ChangeFeed>> closed = new ArrayList<>();
    for (int i = 0; i < FEEDS; i++) {
      ChangeFeed feed = raw.changes(i % 2 == 0 ? end : begin, i % 3 == 0 ? null : "t");
      if (i % 4 != 3) {
        feed.poll();
      }
      if (i % 4 != 2) {
        feed.onReady(() -> {});
      }
      feed.close();
      closed.add(new WeakReference<>(feed));
    }
    return closed;
  }

  /** Opens a backend, uses it, and closes it. */
  private WeakReference<Backend> openAndClose() {
    Backend raw = bench.openUnchecked(1, bench.context());
    try {
      raw.put(List.of(write("t", "1", "payload")));
      raw.listTypes();
      ChangeFeed feed = raw.changes(raw.versions().end(), "t");
      feed.poll();
      feed.onReady(() -> {});
      raw.acquireLease("lease", Duration.ofSeconds(1));
      raw.put(List.of(write("t", "2", "payload")));
      try (Snapshot snapshot = raw.snapshot(Selection.all())) {
        snapshot.records().forEachRemaining(record -> {});
      }
      raw.expire();
    } finally {
      raw.close();
    }
    return new WeakReference<>(raw);
  }

  private Duration longest() {
    return bench.tuning.patience();
  }

  /** Returns whether fewer than one leftover for each close remains, now or soon. */
  private boolean becomesSmall(Supplier<Integer> left) {
    long start = System.nanoTime();
    while (left.get() >= TIMES) {
      if (System.nanoTime() - start > longest().toNanos()) {
        return false;
      }
      System.gc(); // lets the cleaners of unreachable objects run
      LockSupport.parkNanos(PAUSE_NANOS);
    }
    return true;
  }
}

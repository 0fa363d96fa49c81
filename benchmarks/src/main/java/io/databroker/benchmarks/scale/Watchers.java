package io.databroker.benchmarks.scale;

import io.databroker.api.Backend;
import io.databroker.api.ChangeFeed;
import io.databroker.api.Changes;
import io.databroker.api.ClosedException;
import io.databroker.api.Position;
import io.databroker.api.Versions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** Many waiting feeds: half of them follow all types, the others one type each. */
final class Watchers implements AutoCloseable {
  /** Puts records in the order of their numbers. */
  interface Puts {
    void put(Backend backend, int from, int length);
  }

  private static final int PUTS = 200;
  private static final long PATIENCE_NANOS = 60_000_000_000L;

  private final Backend backend;
  private final List<ChangeFeed> feeds = new ArrayList<>();
  private final AtomicLong delivered = new AtomicLong();
  private final int ofAllTypes;

  Watchers(Backend backend, String[] types, int count) {
    this.backend = backend;
    long start = System.nanoTime();
    Versions now = backend.versions();
    for (int i = 0; i < count; i++) {
      // Typed watchers watch types at the end of the list, where the measured puts write nothing.
      String type = i % 2 == 0 ? null : types[types.length - 1 - i / 2 % types.length];
      ChangeFeed feed = backend.changes(new Position(now.serverVersion(), now.latest()), type);
      feeds.add(feed);
      feed.onReady(() -> read(feed));
    }
    this.ofAllTypes = (count + 1) / 2;
    Facts.tell("a watcher's registration", (System.nanoTime() - start) / 1e3 / count, "us");
  }

  /** Measures the time from a put until every watcher of all types has read it. */
  void deliver(Puts puts) throws InterruptedException {
    long[] nanos = new long[PUTS];
    for (int i = 0; i < PUTS; i++) {
      long due = delivered.get() + ofAllTypes;
      long start = System.nanoTime();
      puts.put(backend, i, 1);
      while (delivered.get() < due) {
        if (System.nanoTime() - start > PATIENCE_NANOS) {
          throw new IllegalStateException("a watcher did not read a change within a minute");
        }
        LockSupport.parkNanos(20_000);
      }
      nanos[i] = System.nanoTime() - start;
    }
    Facts.tellTimes("a put until the last watcher has read it", nanos);
  }

  private void read(ChangeFeed feed) {
    try {
      for (Changes changes; (changes = feed.poll()) != null; ) {
        delivered.addAndGet(changes.records().size());
      }
      feed.onReady(() -> read(feed));
    } catch (ClosedException e) {
      // The measurement is over.
    }
  }

  @Override
  public void close() {
    feeds.forEach(ChangeFeed::close);
  }
}

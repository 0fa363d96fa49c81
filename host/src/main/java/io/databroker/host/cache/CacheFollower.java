package io.databroker.host.cache;

import io.databroker.api.ClosedException;
import io.databroker.api.HistoryReplacedException;
import io.databroker.api.HistoryTrimmedException;
import io.databroker.api.Position;
import io.databroker.api.SnapshotExpiredException;
import io.databroker.api.StorageFailedException;
import io.databroker.host.TypedChanges;
import io.databroker.host.TypedFeed;
import io.databroker.host.TypedRecord;
import io.databroker.host.TypedRecords;
import io.databroker.host.TypedSnapshot;
import io.databroker.host.retry.Backoff;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps the content of a cache current, on a thread of its own. */
final class CacheFollower<T> {
  private static final Logger log = LoggerFactory.getLogger(TypedCache.class);
  private static final int SNAPSHOT_ATTEMPTS = 3;

  private final TypedRecords<T> records;
  private final Consumer<List<CacheChange<T>>> listener;
  private final Backoff backoff;
  private final CacheContent<T> content = new CacheContent<>(new Position(0, 0));
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile @Nullable TypedFeed<T> feed;
  private volatile @Nullable RuntimeException failure;

  /** Failure to report when the heap has no room to describe the actual one. */
  private final RuntimeException undescribed =
      new IllegalStateException("the cache failed, and the heap has no room for the cause");

  /** Failures in a row; used by the following thread alone. */
  private int failures;

  /** True until a feed delivers something after the last snapshot. */
  private boolean fresh;

  CacheFollower(TypedRecords<T> records, Consumer<List<CacheChange<T>>> listener, Backoff backoff) {
    this.records = records;
    this.listener = listener;
    this.backoff = backoff;
  }

  CacheContent<T> content() {
    return content;
  }

  @Nullable RuntimeException failure() {
    return failure;
  }

  boolean hasEnded() {
    return closed.getCount() == 0;
  }

  /** Reads the first snapshot on the calling thread, and begins to follow. */
  void start() {
    load();
    Thread thread = new Thread(this::run, "databroker-cache");
    thread.setDaemon(true);
    thread.start();
  }

  void close() {
    closed.countDown();
    TypedFeed<T> open = feed;
    if (open != null) {
      open.close();
    }
    content.wake();
  }

  private void run() {
    boolean reload = false;
    try {
      while (!hasEnded()) {
        try {
          if (reload) {
            load();
            reload = false;
          }
          follow();
        } catch (HistoryReplacedException e) {
          reload = true;
        } catch (HistoryTrimmedException e) {
          reload = true;
          if (fresh) { // trims are faster than snapshots
            pauseAfter(e);
          }
        } catch (ClosedException e) {
          if (!hasEnded()) {
            failure = e; // the backend was closed
          }
          return;
        } catch (StorageFailedException e) {
          // A snapshot can be read despite damage in the history, and a feed despite damage in a
          // live record.
          reload = !reload;
          pauseAfter(e);
        } catch (RuntimeException e) {
          pauseAfter(e);
        } catch (Error e) {
          pauseAfterError(e);
        }
      }
    } catch (InterruptedException e) {
      failure = new IllegalStateException("the thread of the cache was interrupted", e);
    } finally {
      closed.countDown();
      content.wake();
    }
  }

  /** Applies changes until the cache or the feed ends. */
  private void follow() throws InterruptedException {
    try (TypedFeed<T> open = records.changes(content.position())) {
      feed = open;
      while (!hasEnded()) { // a close before this line may have missed the feed
        failure = null;
        TypedChanges<T> changes = open.next();
        failures = 0;
        fresh = false;
        tell(content.apply(changes.records(), changes.position()));
      }
    }
  }

  private void pauseAfter(RuntimeException failed) throws InterruptedException {
    failure = failed;
    failures++;
    if (Integer.bitCount(failures) == 1) { // with growing pauses: an outage may last for days
      log.warn("a cache cannot follow its type; trying again: {}", failed.toString());
    }
    long nanos = TimeUnit.NANOSECONDS.convert(backoff.pause(failures, ThreadLocalRandom.current()));
    if (closed.await(nanos, TimeUnit.NANOSECONDS)) {
      log.debug("closed during a pause");
    }
  }

  /** Pauses after an Error. The heap may be full, so the description and the pause may fail too. */
  private void pauseAfterError(Error error) throws InterruptedException {
    failure = undescribed;
    try {
      pauseAfter(new IllegalStateException("the cache failed: " + error, error));
    } catch (Error full) {
      Thread.onSpinWait(); // the cache tries again at once
    }
  }

  private void load() {
    Map<String, TypedRecord<T>> found = new HashMap<>();
    Position position = read(found);
    fresh = true;
    tell(content.replace(found, position)); // the snapshot is closed: the listener may take long
  }

  /** Reads all records; returns their position. */
  private Position read(Map<String, TypedRecord<T>> found) {
    for (int attempt = 1; ; attempt++) {
      found.clear();
      try (TypedSnapshot<T> snapshot = records.snapshot()) {
        snapshot.forEach(record -> found.put(record.id(), record));
        return snapshot.position();
      } catch (SnapshotExpiredException e) {
        if (attempt == SNAPSHOT_ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  private void tell(List<CacheChange<T>> changes) {
    if (changes.isEmpty()) {
      return;
    }
    try {
      listener.accept(changes);
    } catch (RuntimeException | Error e) {
      log.warn("a listener of a cache failed; it gets the next changes: {}", e.toString());
    }
  }
}

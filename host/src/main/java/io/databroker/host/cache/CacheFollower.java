package io.databroker.host.cache;

import io.databroker.api.ClosedException;
import io.databroker.api.HistoryReplacedException;
import io.databroker.api.HistoryTrimmedException;
import io.databroker.api.Position;
import io.databroker.api.SnapshotExpiredException;
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
    int failures = 0;
    boolean reload = false;
    try {
      while (!hasEnded()) {
        try {
          if (reload) {
            load();
            reload = false;
          }
          try (TypedFeed<T> open = records.changes(content.position())) {
            feed = open;
            while (!hasEnded()) { // a close before this line may have missed the feed
              failure = null;
              TypedChanges<T> changes = open.next();
              failures = 0;
              tell(content.apply(changes.records(), changes.position()));
            }
          }
        } catch (HistoryReplacedException | HistoryTrimmedException e) {
          reload = true;
        } catch (ClosedException e) {
          if (!hasEnded()) {
            failure = e; // the backend was closed
          }
          return;
        } catch (RuntimeException e) {
          failure = e;
          failures++;
          if (Integer.bitCount(failures) == 1) { // ever more rarely: an outage may last for days
            log.warn("a cache cannot follow its type; trying again: {}", e.toString());
          }
          pause(failures);
        }
      }
    } catch (InterruptedException e) {
      failure = new IllegalStateException("the thread of the cache was interrupted", e);
    } catch (Error e) {
      failure = new IllegalStateException("the thread of the cache ended", e);
      throw e;
    } finally {
      closed.countDown();
      content.wake();
    }
  }

  private void pause(int failures) throws InterruptedException {
    long nanos = TimeUnit.NANOSECONDS.convert(backoff.pause(failures, ThreadLocalRandom.current()));
    if (closed.await(nanos, TimeUnit.NANOSECONDS)) {
      log.debug("closed during a pause");
    }
  }

  private void load() {
    for (int attempt = 1; ; attempt++) {
      try (TypedSnapshot<T> snapshot = records.snapshot()) {
        Map<String, TypedRecord<T>> found = new HashMap<>();
        snapshot.forEach(record -> found.put(record.id(), record));
        tell(content.replace(found, snapshot.position()));
        return;
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
      listener.accept(List.copyOf(changes));
    } catch (RuntimeException e) {
      log.warn("a listener of a cache failed; it gets the next changes: {}", e.toString());
    }
  }
}

package io.databroker.api.support;

import io.databroker.api.Bytes;
import io.databroker.api.ChangeFeed;
import io.databroker.api.Changes;
import io.databroker.api.ClosedException;
import io.databroker.api.Position;
import io.databroker.api.StoredRecord;
import io.databroker.api.Versions;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/** A history of changes that have a type and nothing else; readers take no lock. */
final class ToyHistory {
  static final long NAME = 7;

  final WaitingFeeds feeds;
  private final AtomicReferenceArray<@Nullable String> types;
  private volatile @Nullable Versions versions = new Versions(NAME, 1, 0);

  /** Runs each time that a feed reads the bounds. */
  volatile Runnable whenRead = () -> {};

  ToyHistory(Executor notifier, int size) {
    this.feeds = new WaitingFeeds(notifier);
    this.types = new AtomicReferenceArray<>(size + 1);
  }

  Versions versions() {
    Versions now = versions;
    if (now == null) {
      throw new ClosedException("toy");
    }
    return now;
  }

  void put(String type) {
    synchronized (this) {
      Versions now = versions();
      types.set((int) now.latest() + 1, type);
      versions = new Versions(now.serverVersion(), now.earliest(), now.latest() + 1);
    }
    feeds.wake(List.of(type));
  }

  void trim() {
    trim(versions().latest() + 1);
  }

  void trim(long first) {
    synchronized (this) {
      Versions now = versions();
      feeds.beginTrim(first);
      versions = new Versions(now.serverVersion(), first, now.latest());
      for (long version = now.earliest(); version < first; version++) {
        types.set((int) version, null);
      }
    }
    feeds.endTrim(first);
  }

  void clear() {
    synchronized (this) {
      Versions now = versions();
      versions = new Versions(now.serverVersion() + 1, now.latest() + 1, now.latest());
    }
    feeds.wakeAll();
  }

  void close() {
    synchronized (this) {
      versions = null;
    }
    feeds.wakeAll();
  }

  ChangeFeed feed(@Nullable String type) {
    Position end = versions().end();
    return feeds.open(end, type, new Source(type));
  }

  private final class Source implements FeedSource {
    private final @Nullable String type;

    Source(@Nullable String type) {
      this.type = type;
    }

    @Override
    public Versions versions() {
      Versions now = ToyHistory.this.versions();
      whenRead.run();
      return now;
    }

    @Override
    public @Nullable Changes next(long after, long latest) {
      for (long version = after + 1; version <= latest; version++) {
        String found = types.get((int) version);
        if (found == null) {
          return null;
        }
        if (type == null || type.equals(found)) {
          StoredRecord record =
              new StoredRecord(found, "id", version, Bytes.EMPTY, Instant.EPOCH, false);
          return new Changes(List.of(record), new Position(NAME, version));
        }
      }
      return new Changes(List.of(), new Position(NAME, latest));
    }

    @Override
    public boolean holds(long after, long through) {
      for (long version = after + 1; version <= through; version++) {
        String found = types.get((int) version);
        if (found == null || type == null || type.equals(found)) {
          return true;
        }
      }
      return false;
    }
  }
}

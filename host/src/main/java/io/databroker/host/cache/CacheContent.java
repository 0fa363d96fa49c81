package io.databroker.host.cache;

import io.databroker.api.Position;
import io.databroker.host.TypedRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The records of a cache and their position. A batch is applied under the write lock, so readers
 * see it completely or not at all.
 *
 * <p><b>Thread-safety:</b> any thread may read; one thread at a time changes the content.
 */
final class CacheContent<T> {
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
  private final Condition moved = lock.writeLock().newCondition();
  private final Map<String, TypedRecord<T>> records = new HashMap<>();
  private Position position;

  CacheContent(Position position) {
    this.position = position;
  }

  @Nullable TypedRecord<T> get(String id) {
    lock.readLock().lock();
    try {
      return records.get(id);
    } finally {
      lock.readLock().unlock();
    }
  }

  CacheView<T> view() {
    lock.readLock().lock();
    try {
      return new CacheView<>(records, position);
    } finally {
      lock.readLock().unlock();
    }
  }

  Position position() {
    lock.readLock().lock();
    try {
      return position;
    } finally {
      lock.readLock().unlock();
    }
  }

  /** Applies the changes of a batch, or a bookmark; returns the changed records. */
  List<CacheChange<T>> apply(List<TypedRecord<T>> batch, Position to) {
    List<CacheChange<T>> changes = new ArrayList<>();
    lock.writeLock().lock();
    try {
      for (TypedRecord<T> record : batch) {
        TypedRecord<T> before =
            record.deleted() ? records.remove(record.id()) : records.put(record.id(), record);
        TypedRecord<T> after = record.deleted() ? null : record;
        if (before != null || after != null) {
          changes.add(new CacheChange<>(before, after));
        }
      }
      moveTo(to);
    } finally {
      lock.writeLock().unlock();
    }
    return changes;
  }

  /** Replaces all records by those of a snapshot; returns the changed records. */
  List<CacheChange<T>> replace(Map<String, TypedRecord<T>> snapshot, Position to) {
    List<CacheChange<T>> changes = new ArrayList<>();
    lock.writeLock().lock();
    try {
      for (TypedRecord<T> before : records.values()) {
        if (!snapshot.containsKey(before.id())) {
          changes.add(new CacheChange<>(before, null));
        }
      }
      for (TypedRecord<T> after : snapshot.values()) {
        TypedRecord<T> before = records.get(after.id());
        if (!after.equals(before)) {
          changes.add(new CacheChange<>(before, after));
        }
      }
      records.clear();
      records.putAll(snapshot);
      moveTo(to);
    } finally {
      lock.writeLock().unlock();
    }
    return changes;
  }

  private void moveTo(Position to) {
    position = to;
    moved.signalAll();
  }

  /** Wakes all callers of {@link #await}. */
  void wake() {
    lock.writeLock().lock();
    try {
      moved.signalAll();
    } finally {
      lock.writeLock().unlock();
    }
  }

  /**
   * Waits until the position is at or past a version; returns whether it is.
   *
   * @param ended returns whether the cache has stopped following
   */
  boolean await(long version, Duration atMost, BooleanSupplier ended) throws InterruptedException {
    long left = TimeUnit.NANOSECONDS.convert(atMost);
    lock.writeLock().lockInterruptibly();
    try {
      while (Long.compareUnsigned(position.version(), version) < 0) {
        if (left <= 0 || ended.getAsBoolean()) {
          return false;
        }
        left = moved.awaitNanos(left);
      }
      return true;
    } finally {
      lock.writeLock().unlock();
    }
  }
}

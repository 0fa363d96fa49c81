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
 * see it completely or not at all. A batch that fails because the heap is full changes nothing, and
 * the cache gets it again.
 *
 * <p><b>Thread-safety:</b> any thread may read; one thread at a time changes the content.
 */
final class CacheContent<T> {
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
  private final Condition moved = lock.writeLock().newCondition();
  private Map<String, TypedRecord<T>> records = new HashMap<>();
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

  /** Applies the changes of a batch, or a bookmark; returns the changes for the listener. */
  List<CacheChange<T>> apply(List<TypedRecord<T>> batch, Position to) {
    List<CacheChange<T>> changes = new ArrayList<>();
    // The last record of each id, which may be a delete.
    Map<String, TypedRecord<T>> last = new HashMap<>();
    for (TypedRecord<T> record : batch) { // without the lock: only this thread changes the content
      TypedRecord<T> earlier = last.put(record.id(), record);
      TypedRecord<T> before = earlier == null ? records.get(record.id()) : live(earlier);
      TypedRecord<T> after = live(record);
      if (before != null || after != null) {
        changes.add(new CacheChange<>(before, after));
      }
    }
    List<TypedRecord<T>> written = new ArrayList<>(last.values());
    List<@Nullable TypedRecord<T>> former = new ArrayList<>();
    written.forEach(record -> former.add(records.get(record.id())));
    List<CacheChange<T>> told = List.copyOf(changes); // first: it may fail
    lock.writeLock().lock();
    try {
      write(written, former);
      moveTo(to);
    } finally {
      lock.writeLock().unlock();
    }
    return told;
  }

  /** Writes all records or none: only a put of a new id takes memory, so all puts come first. */
  private void write(List<TypedRecord<T>> written, List<@Nullable TypedRecord<T>> former) {
    int next = 0;
    try {
      for (; next < written.size(); next++) {
        if (!written.get(next).deleted()) {
          set(written.get(next).id(), written.get(next));
        }
      }
    } catch (Error full) {
      for (; next >= 0; next--) {
        set(written.get(next).id(), former.get(next));
      }
      throw full;
    }
    for (int i = 0; i < written.size(); i++) {
      if (written.get(i).deleted()) {
        records.remove(written.get(i).id());
      }
    }
  }

  private void set(String id, @Nullable TypedRecord<T> record) {
    if (record == null) {
      records.remove(id);
    } else {
      records.put(id, record);
    }
  }

  private static <T> @Nullable TypedRecord<T> live(TypedRecord<T> record) {
    return record.deleted() ? null : record;
  }

  /**
   * Takes over a map as the new content; returns the changes for the listener.
   *
   * @param snapshot all records; the caller must not change it any more
   */
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
      List<CacheChange<T>> told = List.copyOf(changes); // first: it may fail
      records = snapshot;
      moveTo(to);
      return told;
    } finally {
      lock.writeLock().unlock();
    }
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

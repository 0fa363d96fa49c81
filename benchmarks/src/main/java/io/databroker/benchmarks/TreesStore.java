package io.databroker.benchmarks;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/**
 * HashMap of types with two TreeMaps each, by id and by version, under one read-write lock: the
 * shape of Pomerium's former in-memory store.
 */
final class TreesStore implements Store {
  private final ReadWriteLock lock = new ReentrantReadWriteLock();
  private final Map<String, Trees> byType = new HashMap<>();
  private long version;

  @Override
  public int get(String type, String id) {
    lock.readLock().lock();
    try {
      Trees trees = byType.get(type);
      MapsStore.Row found = trees == null ? null : trees.byId.get(id);
      if (found == null) {
        throw new IllegalStateException("lost " + id);
      }
      return Store.touch(found.payload());
    } finally {
      lock.readLock().unlock();
    }
  }

  @Override
  public void put(Workload.Batch batch) {
    lock.writeLock().lock();
    try {
      for (int i = 0; i < batch.size; i++) {
        String type = batch.type(i);
        Trees trees = byType.get(type);
        if (trees == null) {
          trees = new Trees();
          byType.put(type, trees);
        }
        MapsStore.Row row = new MapsStore.Row(type, batch.id(i), ++version, batch.payload.clone());
        MapsStore.Row replaced = trees.byId.put(row.id(), row);
        if (replaced != null) {
          trees.byVersion.remove(replaced.version());
        }
        trees.byVersion.put(row.version(), row);
      }
    } finally {
      lock.writeLock().unlock();
    }
  }

  @Override
  public long scan() {
    long sum = 0;
    lock.readLock().lock();
    try {
      for (Trees trees : byType.values()) {
        for (MapsStore.Row row : trees.byId.values()) {
          sum += Store.touch(row.payload());
        }
      }
    } finally {
      lock.readLock().unlock();
    }
    return sum;
  }

  @Override
  public long changes(@Nullable String type) {
    long sum = 0;
    lock.readLock().lock();
    try {
      for (Map.Entry<String, Trees> trees : byType.entrySet()) {
        if (type == null || type.equals(trees.getKey())) {
          for (MapsStore.Row row : trees.getValue().byVersion.values()) {
            sum += Store.touch(row.payload());
          }
        }
      }
    } finally {
      lock.readLock().unlock();
    }
    return sum;
  }

  /** Reads the last change of each record; older ones are not kept. */
  @Override
  public void forgetChanges() {}

  @Override
  public void close() {
    byType.clear();
  }

  private static final class Trees {
    final TreeMap<String, MapsStore.Row> byId = new TreeMap<>();
    final TreeMap<Long, MapsStore.Row> byVersion = new TreeMap<>();
  }
}

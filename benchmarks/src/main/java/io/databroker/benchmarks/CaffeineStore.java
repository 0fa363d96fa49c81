package io.databroker.benchmarks;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** {@link MapsStore} with an unbounded Caffeine cache for the records of each type. */
final class CaffeineStore implements Store {
  private final ConcurrentHashMap<String, Cache<String, byte[]>> caches = new ConcurrentHashMap<>();
  private MapsStore.ChangeArray log = new MapsStore.ChangeArray();
  private long version;

  @Override
  public int get(String type, String id) {
    Cache<String, byte[]> cache = caches.get(type);
    byte[] found = cache == null ? null : cache.getIfPresent(id);
    if (found == null) {
      throw new IllegalStateException("lost " + id);
    }
    return Store.touch(found);
  }

  @Override
  public void put(Workload.Batch batch) {
    for (int i = 0; i < batch.size; i++) {
      String type = batch.type(i);
      Cache<String, byte[]> cache = caches.get(type);
      if (cache == null) {
        cache = Caffeine.newBuilder().build();
        caches.put(type, cache);
      }
      MapsStore.Row row = new MapsStore.Row(type, batch.id(i), ++version, batch.payload.clone());
      cache.put(row.id(), row.payload());
      log.append(row);
    }
  }

  @Override
  public long scan() {
    long sum = 0;
    for (Cache<String, byte[]> cache : caches.values()) {
      for (byte[] payload : cache.asMap().values()) {
        sum += Store.touch(payload);
      }
    }
    return sum;
  }

  @Override
  public long changes(@Nullable String type) {
    return type == null ? log.sum() : log.of(type).sum();
  }

  @Override
  public void forgetChanges() {
    log = new MapsStore.ChangeArray();
  }

  @Override
  public void close() {
    caches.clear();
  }
}

package io.databroker.examples;

import io.databroker.api.Backend;
import io.databroker.api.Bytes;
import io.databroker.host.Codec;
import io.databroker.host.Databroker;
import io.databroker.host.TypedRecord;
import io.databroker.host.TypedRecords;
import io.databroker.host.cache.CacheChange;
import io.databroker.host.cache.TypedCache;
import io.databroker.host.retry.Backoff;
import io.databroker.host.retry.RetryingBackend;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Keeps the prices of all products on the heap, follows their feed, and notifies a listener. Writes
 * wait while the engine is away.
 */
final class LocalCache {
  private LocalCache() {}

  public static void main(String[] args) throws InterruptedException {
    try (Databroker broker = Databroker.builder().backend("inmemory").open()) {
      Backend backend = RetryingBackend.over(broker.backend(), Backoff.standard());
      TypedRecords<Long> prices =
          new TypedRecords<>(
              backend,
              "price",
              Codec.of(price -> Bytes.utf8("" + price), bytes -> Long.valueOf(bytes.toUtf8())));
      TypedRecords<String> names = new TypedRecords<>(backend, "name", Codec.utf8());
      prices.put("tea", 250L);

      BlockingQueue<CacheChange<Long>> told = new LinkedBlockingQueue<>();
      try (TypedCache<Long> cache = TypedCache.open(prices, told::addAll)) {
        System.out.println("cached: " + cache.view().records().keySet());

        // Two types in one batch: the feed delivers both or neither.
        List<TypedRecord<Long>> written =
            prices.decode(
                backend.put(
                    List.of(prices.toPut("mate", 310L), names.toPut("mate", "Yerba mate"))));

        // A cache lags behind the backend; wait for the write before reading it.
        cache.await(written.get(0).version(), Duration.ofSeconds(10));
        TypedRecord<Long> mate = cache.get("mate");
        System.out.println("mate costs " + (mate == null ? "?" : mate.value()));
        System.out.println("notified of " + told.take().id() + " and " + told.take().id());
      }
    }
  }
}

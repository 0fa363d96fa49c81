package io.databroker.examples;

import io.databroker.api.Backend;
import io.databroker.api.BlockingFeed;
import io.databroker.api.Bytes;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import io.databroker.host.BackendConfig;
import io.databroker.host.Databroker;
import java.time.Duration;
import java.util.List;

/** Stores records with a TTL; the feed delivers their expiry as deletes. */
final class ShortLived {
  private ShortLived() {}

  public static void main(String[] args) throws InterruptedException {
    try (Databroker broker =
        Databroker.builder()
            .backend(
                BackendConfig.of("inmemory")
                    .withOptions("session", TypeOptions.NONE.withTtl(Duration.ofMillis(20))))
            .housekeepEvery(Duration.ofMillis(10)) // default: a minute
            .keepHistory(Duration.ofMinutes(10)) // default: an hour
            .open()) {
      Backend backend = broker.backend();
      backend.put(List.of(Write.put("session", "abc", Bytes.utf8("ada"))));
      try (BlockingFeed feed =
          new BlockingFeed(backend.changes(backend.versions().begin(), "session"))) {
        for (int i = 0; i < 2; i++) {
          StoredRecord change = feed.next().records().get(0);
          System.out.println(
              change.payload().toUtf8() + (change.deleted() ? " has expired" : " came"));
        }
      }
    }
  }
}

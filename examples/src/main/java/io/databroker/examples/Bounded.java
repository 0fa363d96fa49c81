package io.databroker.examples;

import io.databroker.api.Backend;
import io.databroker.api.Bytes;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import io.databroker.host.BackendConfig;
import io.databroker.host.Databroker;
import java.time.Duration;
import java.util.List;

/** A store that stays as large as it is wanted: capacity, time to live, and trimmed history. */
final class Bounded {
  private Bounded() {}

  public static void main(String[] args) {
    BackendConfig config =
        BackendConfig.of("inmemory")
            // In force at every start, and again after a clear.
            .withOptions("event", TypeOptions.NONE.withCapacity(2))
            .withOptions("session", TypeOptions.NONE.withTtl(Duration.ofMinutes(20)));
    try (Databroker broker =
        Databroker.builder()
            .backend(config)
            .housekeepEvery(Duration.ofMinutes(1)) // expires and trims
            .keepHistory(Duration.ofHours(1)) // for followers that were away
            .open()) {
      Backend backend = broker.backend();
      for (String id : List.of("a", "b", "c")) {
        backend.put(List.of(Write.put("event", id, Bytes.EMPTY)));
      }
      System.out.println("the oldest is evicted: " + (backend.get("event", "a") == null));
      System.out.println("the youngest is there: " + (backend.get("event", "c") != null));
      System.out.println("types with options: " + backend.options().keySet());
    }
  }
}

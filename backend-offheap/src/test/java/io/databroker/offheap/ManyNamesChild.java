package io.databroker.offheap;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.Bytes;
import io.databroker.api.StorageFullException;
import io.databroker.api.Write;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Process with a small heap that fills a store with types and leases, and prints how many fit and
 * why no more did.
 */
final class ManyNamesChild {
  private ManyNamesChild() {}

  /** The arguments: directory, types, leases. */
  public static void main(String[] arguments) {
    OffheapSettings settings =
        new OffheapSettings(Path.of(arguments[0]), Durability.PROCESS, 500_000, 4, 64 << 20);
    int types = Integer.parseInt(arguments[1]);
    int leases = Integer.parseInt(arguments[2]);
    try (Backend backend = Opening.open(settings, BackendContext.standard())) {
      System.out.println("types " + putTypes(backend, types));
      System.out.println("leases " + acquire(backend, leases));
      backend.setCheckpoint(backend.checkpoint());
      System.out.println("listed " + backend.listTypes().size());
    }
    try (Backend backend = Opening.open(settings, BackendContext.standard())) {
      System.out.println("listed again " + backend.listTypes().size());
      System.out.println("held again " + (backend.acquireLease("lease-0", DURATION) == null));
    }
  }

  private static final Duration DURATION = Duration.ofDays(1);

  private static int putTypes(Backend backend, int types) {
    int taken = 0;
    try {
      while (taken < types) {
        List<Write> batch = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
          batch.add(Write.put("type-" + (taken + i), "id", Bytes.EMPTY));
        }
        backend.put(batch);
        taken += batch.size();
      }
    } catch (StorageFullException full) {
      System.out.println(full.getMessage());
    }
    return taken;
  }

  private static int acquire(Backend backend, int leases) {
    int taken = 0;
    try {
      while (taken < leases) {
        backend.acquireLease("lease-" + taken, DURATION);
        taken++;
      }
    } catch (StorageFullException full) {
      System.out.println(full.getMessage());
    }
    return taken;
  }
}

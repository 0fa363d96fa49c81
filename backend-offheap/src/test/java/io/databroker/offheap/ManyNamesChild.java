package io.databroker.offheap;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.Bytes;
import io.databroker.api.StorageFullException;
import io.databroker.api.TypeOptions;
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
    boolean refused = fill(settings, types, leases);
    try (Backend backend = Opening.open(settings, BackendContext.standard())) {
      System.out.println("listed again " + backend.listTypes().size());
      System.out.println("options again " + backend.options().size());
      boolean there = backend.options().containsKey("no-type");
      System.out.println("options of another type as told " + (there != refused));
      System.out.println("held again " + (backend.acquireLease("lease-0", DURATION) == null));
    }
  }

  /**
   * Fills the store. A method of its own, so that nothing of this open is on the heap of the next.
   */
  private static boolean fill(OffheapSettings settings, int types, int leases) {
    try (Backend backend = Opening.open(settings, BackendContext.standard())) {
      System.out.println("types " + putTypes(backend, types));
      boolean refused = isRefused(backend, "no-type", TypeOptions.NONE.withTtl(DURATION));
      System.out.println("options of another type refused " + refused);
      System.out.println("leases " + acquire(backend, leases));
      System.out.println("options " + setOptions(backend));
      backend.setCheckpoint(backend.checkpoint());
      System.out.println("listed " + backend.listTypes().size());
      return refused;
    }
  }

  /** Sets options with long lists of fields until they are refused; returns how many there are. */
  private static int setOptions(Backend backend) {
    String[] fields = new String[1_000];
    for (int i = 0; i < fields.length; i++) {
      fields[i] = "field-" + i;
    }
    int type = 0;
    while (!isRefused(backend, "type-" + type, TypeOptions.NONE.withIndexedFields(fields))) {
      type++;
    }
    return backend.options().size();
  }

  private static boolean isRefused(Backend backend, String type, TypeOptions options) {
    try {
      backend.setOptions(type, options);
      return false;
    } catch (StorageFullException full) {
      System.out.println(full.getMessage());
      return true;
    }
  }

  private static final Duration DURATION = Duration.ofDays(1);

  private static int putTypes(Backend backend, int types) {
    int taken = 0;
    for (int size = 1_000; size > 0; size /= 10) {
      try {
        while (taken < types) {
          List<Write> batch = new ArrayList<>();
          for (int i = 0; i < size; i++) {
            batch.add(Write.put("type-" + (taken + i), "id", Bytes.EMPTY));
          }
          backend.put(batch);
          taken += batch.size();
        }
      } catch (StorageFullException full) {
        System.out.println(full.getMessage());
      }
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

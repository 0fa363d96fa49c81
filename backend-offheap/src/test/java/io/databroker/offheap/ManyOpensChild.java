package io.databroker.offheap;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import java.nio.file.Path;

/** Process that opens and closes a store repeatedly, and prints how often. */
final class ManyOpensChild {
  private ManyOpensChild() {}

  /** The arguments: directory, durability, how many times. */
  public static void main(String[] arguments) {
    OffheapSettings settings =
        new OffheapSettings(
            Path.of(arguments[0]), Durability.valueOf(arguments[1]), 1_000, 10, 1 << 16);
    int opens = Integer.parseInt(arguments[2]);
    for (int i = 0; i < opens; i++) {
      try (Backend backend = Opening.open(settings, BackendContext.standard())) {
        backend.listTypes();
      }
    }
    System.out.println(opens + " opens");
  }
}

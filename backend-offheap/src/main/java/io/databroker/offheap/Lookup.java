package io.databroker.offheap;

import io.databroker.offheap.memory.Key;
import io.databroker.offheap.memory.Place;

/** Buffers of a look-up in the key index: one per thread, to make no garbage. */
final class Lookup {
  private static final ThreadLocal<Lookup> LOOKUP = ThreadLocal.withInitial(Lookup::new);

  final Key key = new Key();
  final Place place = new Place();

  private Lookup() {}

  static Lookup mine() {
    return LOOKUP.get();
  }
}

package io.databroker.server.rpc;

import io.databroker.server.proto.registry.ServiceKind;
import java.util.Arrays;
import java.util.List;

/**
 * Kinds of services that a request names. All kinds if it names none.
 *
 * <p><b>Thread-safety:</b> immutable.
 */
final class ServiceKinds {
  static final ServiceKinds ALL = new ServiceKinds(new int[0]);

  /** Bits of {@link #bit}: one for each known kind, and one that all unknown kinds share. */
  static final int BITS = ServiceKind.values().length - 1;

  /** Sorted, so that a request with a hundred thousand kinds costs no more than one with few. */
  private final int[] sorted;

  private final int bits;

  private ServiceKinds(int[] sorted) {
    this.sorted = sorted;
    this.bits = Arrays.stream(sorted).map(kind -> 1 << bit(kind)).reduce(0, (a, b) -> a | b);
  }

  static ServiceKinds of(List<Integer> kinds) {
    return kinds.isEmpty()
        ? ALL
        : new ServiceKinds(kinds.stream().mapToInt(kind -> kind).sorted().distinct().toArray());
  }

  /** Returns the bit of a kind, below {@link #BITS}. */
  static int bit(int kind) {
    return kind > 0 && kind < BITS ? kind : 0;
  }

  boolean isAll() {
    return sorted.length == 0;
  }

  boolean contains(int kind) {
    return isAll() || Arrays.binarySearch(sorted, kind) >= 0;
  }

  /** Returns whether a requested kind may have the given bit. */
  boolean hasBit(int bit) {
    return isAll() || (bits & 1 << bit) != 0;
  }
}

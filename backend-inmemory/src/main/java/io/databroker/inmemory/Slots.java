package io.databroker.inmemory;

import java.util.Arrays;

/** Allocates small numbers to the live keys of a table; used by the writer alone. */
final class Slots {
  private int[] free = new int[8];
  private int freeCount;
  private int next;

  int take() {
    return freeCount > 0 ? free[--freeCount] : next++;
  }

  void release(int slot) {
    if (freeCount == free.length) {
      free = Arrays.copyOf(free, freeCount * 2);
    }
    free[freeCount++] = slot;
  }
}

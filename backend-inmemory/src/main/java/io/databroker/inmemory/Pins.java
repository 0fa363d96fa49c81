package io.databroker.inmemory;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Versions after which an early trim keeps all changes, while a read needs them.
 *
 * <p>A read of many records starts over if a trim removes changes that it has not read. On a full
 * heap every write trims, so such a read might never end. From its second attempt on it pins the
 * version of the commit.
 *
 * <p><b>Why no pin is missed.</b> A reader adds its pin, then reads the commit. A trim removes
 * changes up to an earlier commit, after it has looked for pins. If it misses the pin, the reader
 * reads that commit or a later one, and needs none of the removed changes.
 *
 * <p><b>Thread-safety:</b> any thread may call any method at any time.
 */
final class Pins {
  /** A pin; two of the same version are not equal. */
  private static final class Pin {
    final long version;

    Pin(long version) {
      this.version = version;
    }
  }

  private final Set<Pin> pins = ConcurrentHashMap.newKeySet();

  /** Returns the smallest pinned version, or {@link Long#MAX_VALUE}. */
  long oldest() {
    return pins.stream().mapToLong(pin -> pin.version).min().orElse(Long.MAX_VALUE);
  }

  /**
   * Repeats an attempt until it succeeds, with a pin from the second time on.
   *
   * @param attempt returns null to be repeated
   * @param version returns the version of the commit
   */
  <T> T retry(Supplier<@Nullable T> attempt, LongSupplier version) {
    T result = attempt.get();
    if (result == null) {
      Pin pin = new Pin(version.getAsLong());
      pins.add(pin);
      try {
        while (result == null) {
          result = attempt.get();
        }
      } finally {
        pins.remove(pin);
      }
    }
    return result;
  }
}

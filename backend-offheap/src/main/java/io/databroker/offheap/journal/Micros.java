package io.databroker.offheap.journal;

import java.time.Instant;

/** Instants as microseconds since the epoch, the form in which the journal keeps them. */
public final class Micros {
  private Micros() {}

  public static Instant instant(long micros) {
    return Instant.ofEpochSecond(
        Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1_000);
  }

  public static long of(Instant instant) {
    // ChronoUnit.between computes in nanoseconds, which overflow in the year 2262.
    return instant.getEpochSecond() * 1_000_000 + instant.getNano() / 1_000;
  }
}

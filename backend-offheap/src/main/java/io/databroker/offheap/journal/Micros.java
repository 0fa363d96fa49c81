package io.databroker.offheap.journal;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Instants as microseconds since the epoch, the form in which the journal keeps them. */
public final class Micros {
  private Micros() {}

  public static Instant instant(long micros) {
    return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
  }

  public static long of(Instant instant) {
    // ChronoUnit.between computes in nanoseconds, which overflow in the year 2262.
    return instant.getEpochSecond() * 1_000_000 + instant.getNano() / 1_000;
  }
}

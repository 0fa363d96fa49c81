package io.databroker.server.rpc;

import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Durations;
import com.google.protobuf.util.Timestamps;
import io.databroker.api.InvalidArgumentException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/** Checks the times of requests, and cuts them to the microsecond. */
final class WireTimes {
  /** Longest duration; protobuf has a limit of its own. */
  private static final Duration LONGEST = Duration.ofDays(36_500);

  /** Precision of a backend's times. */
  private static final Duration SHORTEST = Duration.of(1, ChronoUnit.MICROS);

  private WireTimes() {}

  /** Returns a TTL, or null if it is not more than 0: then records do not expire. */
  static @Nullable Duration ttl(String argument, com.google.protobuf.Duration duration) {
    return isNone(duration) ? null : positive(argument, duration);
  }

  /** Returns the duration of a lease; the shortest one if it is not more than 0. */
  static Duration lease(String argument, com.google.protobuf.Duration duration) {
    return isNone(duration) ? SHORTEST : positive(argument, duration);
  }

  private static boolean isNone(com.google.protobuf.Duration duration) {
    return Durations.isValid(duration) && Durations.compare(duration, Durations.ZERO) <= 0;
  }

  /** Returns a length of time that is more than 0 when cut to the microsecond. */
  private static Duration positive(String argument, com.google.protobuf.Duration duration) {
    String shown = duration.getSeconds() + " s " + duration.getNanos() + " ns";
    if (Math.abs(duration.getSeconds()) > LONGEST.toSeconds()) {
      throw new InvalidArgumentException(
          argument, shown, "give at most " + LONGEST.toDays() + " days");
    }
    if (!Durations.isValid(duration)) {
      throw new InvalidArgumentException(
          argument, shown, "give nanoseconds below one second, of the same sign");
    }
    Duration cut =
        Duration.ofSeconds(duration.getSeconds())
            .plusNanos(duration.getNanos())
            .truncatedTo(ChronoUnit.MICROS);
    if (cut.isZero() || cut.isNegative()) {
      throw new InvalidArgumentException(argument, shown, "give at least a microsecond");
    }
    return cut;
  }

  /** Checks that a time is not before 1970. */
  static void check(String argument, Timestamp timestamp) {
    if (!Timestamps.isValid(timestamp) || timestamp.getSeconds() < 0) {
      throw new InvalidArgumentException(
          argument,
          timestamp.getSeconds() + " s " + timestamp.getNanos() + " ns",
          "give a time from 1970 to 9999");
    }
  }
}

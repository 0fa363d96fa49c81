package io.databroker.api;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Argument checks of the values in this package. */
final class Require {
  private Require() {}

  static <T> T nonNull(String argument, @Nullable T value) {
    if (value == null) {
      throw new InvalidArgumentException(argument, "null", "give a value");
    }
    return value;
  }

  static void positive(String argument, int value) {
    if (value <= 0) {
      throw new InvalidArgumentException(argument, Integer.toString(value), "give more than 0");
    }
  }

  static void positive(String argument, @Nullable Duration value) {
    Duration given = nonNull(argument, value);
    if (given.isZero() || given.isNegative()) {
      throw new InvalidArgumentException(argument, given.toString(), "give more than 0");
    }
  }

  static void notNegative(String argument, @Nullable Duration value) {
    Duration given = nonNull(argument, value);
    if (given.isNegative()) {
      throw new InvalidArgumentException(argument, given.toString(), "give 0 or more");
    }
  }
}

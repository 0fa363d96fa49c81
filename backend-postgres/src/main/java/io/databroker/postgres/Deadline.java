package io.databroker.postgres;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * The instant by which a call ends.
 *
 * @param nanos on the scale of {@link System#nanoTime}
 */
record Deadline(long nanos) {

  static Deadline after(Duration time) {
    return new Deadline(System.nanoTime() + TimeUnit.NANOSECONDS.convert(time));
  }

  /** Returns the remaining time; negative after the deadline. */
  long left() {
    return nanos - System.nanoTime();
  }

  boolean isOver() {
    return left() <= 0;
  }

  Deadline orEarlier(Deadline other) {
    return nanos - other.nanos <= 0 ? this : other;
  }
}

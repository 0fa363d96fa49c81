package io.databroker.tck.crashes;

import java.util.List;
import java.util.SplittableRandom;

/**
 * Chooses the event of a child after which to kill it, and the delay.
 *
 * <p><b>Thread-safety:</b> none; used by one thread.
 */
final class Trigger {
  /** The longest delays are a thousand times the shortest. */
  private static final int DOUBLINGS = 12;

  private static final long SHORTEST_NANOS = 1_000;
  private static final String TRIM = "trim";

  private final Moment moment;
  private final SplittableRandom random;
  private final long openNanos;
  private int left;

  /**
   * Draws the event.
   *
   * @param most the largest number of answers before a kill at any moment
   * @param openNanos how long an open takes
   */
  Trigger(Moment moment, SplittableRandom random, int most, long openNanos) {
    this.moment = moment;
    this.random = random;
    this.openNanos = openNanos;
    this.left =
        switch (moment) {
          case ANY -> random.nextInt(1, most);
          case TRIM, OPTIONS -> random.nextInt(1, 8);
          case CLEAR -> random.nextInt(1, 4);
          default -> 1;
        };
  }

  /** Returns whether this event is the chosen one. */
  boolean pulls(List<String> words) {
    String event = words.get(0);
    boolean counts =
        switch (moment) {
          case ANY -> event.equals("answer");
          case TRIM -> event.equals(TRIM);
          case CLOSE -> event.equals("closing");
          case OPEN -> event.equals("opening");
          case CLEAR -> event.equals("call") && words.get(1).contains(" clear ");
          case OPTIONS -> event.equals("call") && words.get(1).contains(" setOptions ");
          case LAST, NEVER -> false; // its last event ends it
        };
    return counts && --left == 0;
  }

  /** Returns the nanoseconds between the event and the kill. */
  long delay() {
    if (moment == Moment.OPEN) {
      return random.nextLong(Math.max(1, openNanos));
    }
    return (SHORTEST_NANOS << random.nextInt(DOUBLINGS)) * (1 + random.nextInt(2));
  }
}

package io.databroker.server.console;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Counts the changes of the last minute, in total and by type.
 *
 * <p><b>Thread-safety:</b> safe.
 */
final class Rates {
  private static final int SECONDS = 60;

  /** Largest number of types that have a count of their own. */
  static final int MOST_TYPES = 1_000;

  /** Changes of each of the last seconds. */
  private static final class Ring {
    private final int[] counts = new int[SECONDS];
    private long last;

    Ring(long now) {
      this.last = now;
    }

    void moveTo(long now) {
      if (now - last >= SECONDS) {
        Arrays.fill(counts, 0);
      } else {
        for (long second = last + 1; second <= now; second++) {
          counts[(int) (second % SECONDS)] = 0;
        }
      }
      last = Math.max(last, now);
    }

    void add(long now, int changes) {
      moveTo(now);
      counts[(int) (now % SECONDS)] += changes;
    }

    int sum(long now) {
      moveTo(now);
      return Arrays.stream(counts).sum();
    }
  }

  private final LongSupplier nanoTime;
  private final long origin;
  private final Ring all;
  private final Map<String, Ring> types = new HashMap<>();

  Rates(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.origin = nanoTime.getAsLong();
    this.all = new Ring(now());
  }

  private long now() {
    return TimeUnit.NANOSECONDS.toSeconds(nanoTime.getAsLong() - origin);
  }

  synchronized void add(String type, int changes) {
    long now = now();
    all.add(now, changes);
    Ring ring = types.get(type);
    if (ring == null) {
      if (types.size() >= MOST_TYPES) {
        types.values().removeIf(idle -> idle.sum(now) == 0);
      }
      if (types.size() >= MOST_TYPES) {
        return;
      }
      ring = new Ring(now);
      types.put(type, ring);
    }
    ring.add(now, changes);
  }

  /** Counts changes of unknown types. */
  synchronized void add(int changes) {
    all.add(now(), changes);
  }

  /** Returns the changes of a type in the last minute. */
  synchronized int of(String type) {
    Ring ring = types.get(type);
    return ring == null ? 0 : ring.sum(now());
  }

  /** Returns the changes of each of the last 60 seconds, the oldest first. */
  synchronized int[] perSecond() {
    long now = now();
    all.moveTo(now);
    int[] perSecond = new int[SECONDS];
    for (int i = 0; i < SECONDS; i++) {
      perSecond[i] = all.counts[(int) ((now + 1 + i) % SECONDS)];
    }
    return perSecond;
  }
}

package io.databroker.tck.crashes;

import io.databroker.tck.text.Texts;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The leases of all lives of a store. The name of a lease is judged only if no call for it was
 * running when the life ended.
 *
 * <p><b>Thread-safety:</b> none; used by one thread.
 */
final class Leases {
  /** Largest number of names that the next life checks. */
  private static final int MOST_NAMES = 40;

  private final Map<String, Long> known = new LinkedHashMap<>();
  private final Set<String> running = new HashSet<>();
  private long highest;
  private @Nullable String rule;
  private String problem = "";

  /** Records an event of a lease; a token of 0 means that no lease was granted. */
  void see(String event, String name, long token) {
    switch (event) {
      case "acquiring", "releasing" -> running.add(name);
      case "acquired" -> {
        running.remove(name);
        known.put(name, token);
        granted(name, token);
      }
      case "released" -> {
        running.remove(name);
        known.put(name, 0L);
      }
      case "renewed" -> {
        long held = known.getOrDefault(name, 0L);
        if (token != held) {
          broken("LEASE-8", "\"%s\" was held with token %d; after the kill it is lost", name, held);
        }
      }
      case "granted" -> {
        if (token == 0) {
          broken("LEASE-8", "\"%s\" was free; after the kill it is held (token %d)", name, 0L);
        }
        granted(name, token);
      }
      default -> throw new IllegalArgumentException(event);
    }
  }

  private void granted(String name, long token) {
    if (token != 0 && token <= highest) {
      broken("LEASE-2", "\"%s\" was granted with token %d, which is not new", name, token);
    }
    highest = Math.max(highest, token);
  }

  private void broken(String number, String words, String name, long token) {
    if (rule == null) {
      rule = number;
      problem = Texts.format(words, name, token);
    }
  }

  /** Returns the names to check, each with 0 if free, or the token of the holder. */
  Map<String, Long> expected() {
    Map<String, Long> expected = new LinkedHashMap<>();
    known.forEach(
        (name, token) -> {
          if (!running.contains(name) && expected.size() < MOST_NAMES) {
            expected.put(name, token);
          }
        });
    return expected;
  }

  /** Forgets the names of earlier lives. */
  void forget() {
    known.clear();
    running.clear();
  }

  /** Returns the rule that a lease breaks, or null. */
  @Nullable String rule() {
    return rule;
  }

  /** Returns the observation. */
  String problem() {
    return problem;
  }
}

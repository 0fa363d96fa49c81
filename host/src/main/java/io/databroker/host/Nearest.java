package io.databroker.host;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/**
 * Suggests a known name for a mistyped one.
 *
 * <p><b>Thread-safety:</b> stateless.
 */
public final class Nearest {
  private Nearest() {}

  /**
   * Returns the known name with the smallest edit distance, if that is at most a third of its
   * length.
   */
  public static Optional<String> to(String typed, Collection<String> known) {
    return known.stream()
        .filter(name -> distance(typed, name) <= Math.max(1, name.length() / 3))
        .min(Comparator.comparingInt(name -> distance(typed, name)));
  }

  /** Returns the Levenshtein distance. */
  private static int distance(String from, String to) {
    int[] above = new int[to.length() + 1];
    for (int column = 0; column <= to.length(); column++) {
      above[column] = column;
    }
    for (int row = 1; row <= from.length(); row++) {
      int[] here = new int[to.length() + 1];
      here[0] = row;
      for (int column = 1; column <= to.length(); column++) {
        int replaced = above[column - 1] + (from.charAt(row - 1) == to.charAt(column - 1) ? 0 : 1);
        here[column] = Math.min(replaced, Math.min(above[column], here[column - 1]) + 1);
      }
      above = here;
    }
    return above[to.length()];
  }
}

package io.databroker.server.payload;

import java.util.Locale;

/**
 * Searches texts for a query, ignoring case, by the algorithm of Knuth, Morris and Pratt. The time
 * grows with the searched text, not with the query.
 *
 * <p><b>Thread-safety:</b> immutable.
 */
final class TextSearch {
  /** Number of characters between two calls of the check. */
  private static final int CHECKED = 1 << 16;

  private final String wanted;

  /**
   * Failure function: for each length of a partial match, the longest shorter one that may still
   * match.
   */
  private final int[] fallback;

  private final Runnable check;

  /**
   * Creates a search for a text.
   *
   * @param check is called now and then, and may throw to end the search
   */
  TextSearch(String text, Runnable check) {
    this.wanted = lower(text);
    this.fallback = fallback(wanted);
    this.check = check;
  }

  private static int[] fallback(String wanted) {
    int[] fallback = new int[wanted.length()];
    for (int i = 1, matched = 0; i < wanted.length(); i++) {
      while (matched > 0 && wanted.charAt(i) != wanted.charAt(matched)) {
        matched = fallback[matched - 1];
      }
      if (wanted.charAt(i) == wanted.charAt(matched)) {
        matched++;
      }
      fallback[i] = matched;
    }
    return fallback;
  }

  private static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }

  boolean isEmpty() {
    return wanted.isEmpty();
  }

  /** Returns whether the text contains the query. */
  boolean isIn(String text) {
    if (wanted.isEmpty()) {
      return true;
    }
    check.run();
    String searched = lower(text);
    int matched = 0;
    for (int i = 0; i < searched.length(); i++) {
      if (matched == 0) {
        i = searched.indexOf(wanted.charAt(0), i); // many times as fast
        if (i < 0) {
          return false;
        }
      }
      char next = searched.charAt(i);
      while (matched > 0 && next != wanted.charAt(matched)) {
        matched = fallback[matched - 1];
      }
      if (next == wanted.charAt(matched) && ++matched == wanted.length()) {
        return true;
      }
      if (i % CHECKED == CHECKED - 1) {
        check.run();
      }
    }
    return false;
  }
}

package io.databroker.api;

import java.util.Comparator;

/**
 * Orders text by Unicode code point, which is also the order of its UTF-8 bytes. {@link
 * String#compareTo} orders by UTF-16 unit instead; the two differ above U+FFFF.
 */
public enum CodePointOrder implements Comparator<String> {
  /** The only instance. */
  INSTANCE;

  @Override
  public int compare(String left, String right) {
    int length = Math.min(left.length(), right.length());
    for (int i = 0; i < length; i++) {
      char a = left.charAt(i);
      char b = right.charAt(i);
      if (a != b) {
        // A surrogate is part of a code point above U+FFFF, so it sorts after every other char.
        boolean high = Character.isSurrogate(a);
        return high == Character.isSurrogate(b) ? Character.compare(a, b) : high ? 1 : -1;
      }
    }
    return Integer.compare(left.length(), right.length());
  }
}

package io.databroker.tck.drawing;

/** Shortens texts of any length. */
public final class Texts {
  private Texts() {}

  /** Returns the text, or its beginning with a mark if it is longer than that. */
  public static String shortened(String text, int most) {
    if (text.length() <= most) {
      return text;
    }
    int end = most - 1;
    if (Character.isHighSurrogate(text.charAt(end - 1))
        && Character.isLowSurrogate(text.charAt(end))) {
      end--;
    }
    return text.substring(0, end) + "\u2026";
  }
}

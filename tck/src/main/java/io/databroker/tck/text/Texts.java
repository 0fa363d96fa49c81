package io.databroker.tck.text;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Formats texts, and shortens texts of any length. */
public final class Texts {
  private Texts() {}

  /** Returns the values in a format of {@link String#format}, in no locale. */
  public static String format(String format, @Nullable Object... values) {
    return String.format(Locale.ROOT, format, values);
  }

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

  /** Returns the first line of a text; an empty text if it has none. */
  public static String firstLine(String text) {
    return text.lines().findFirst().orElse("");
  }
}

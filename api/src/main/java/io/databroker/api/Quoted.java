package io.databroker.api;

import java.util.Locale;

/** Formats values for error messages: on one line, quoted and short. */
final class Quoted {
  private static final int SHOWN = 64;

  private Quoted() {}

  static String text(String value) {
    return '"' + shortened(value) + '"';
  }

  /** Returns the first characters, with unprintable ones escaped. */
  static String shortened(String value) {
    StringBuilder shown = new StringBuilder();
    value
        .codePoints()
        .limit(SHOWN)
        .forEach(
            c -> {
              if (Character.isISOControl(c) || (c >= 0xD800 && c <= 0xDFFF)) {
                shown.append(String.format(Locale.ROOT, "\\u%04X", c));
              } else {
                shown.appendCodePoint(c);
              }
            });
    if (value.codePointCount(0, value.length()) > SHOWN) {
      shown.append('…');
    }
    return shown.toString();
  }
}

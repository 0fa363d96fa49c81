package io.databroker.server.rpc;

/** Quotes texts of clients for errors, shortened because a status must fit in a header. */
final class Shown {
  private static final int LONGEST = 64;

  private Shown() {}

  static String quoted(String text) {
    return '"' + shortened(text) + '"';
  }

  static String shortened(String text) {
    return text.codePointCount(0, text.length()) <= LONGEST
        ? text
        : text.substring(0, text.offsetByCodePoints(0, LONGEST)) + '…';
  }
}

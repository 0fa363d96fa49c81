package io.databroker.postgres;

/** The type and id of a record. */
record Key(String type, String id) {

  /** Returns whether a record of the given key can be stored; any other key is absent (GET-2). */
  static boolean canBeStored(String type, String id) {
    return isText(type) && isText(id);
  }

  private static boolean isText(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == 0) {
        return false;
      }
      if (Character.isSurrogate(c)) {
        if (!Character.isHighSurrogate(c)
            || i + 1 == text.length()
            || !Character.isLowSurrogate(text.charAt(i + 1))) {
          return false;
        }
        i++;
      }
    }
    return true;
  }
}

package io.databroker.server.payload;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Recognises repeated values. It remembers the beginnings of up to a thousand values, because
 * values come from clients, and may be as large as a payload.
 */
final class Once {
  private static final int MOST = 1_000;
  private static final int LONGEST = 256;

  private final Set<String> said = ConcurrentHashMap.newKeySet();

  boolean first(String what) {
    String kept = what.length() <= LONGEST ? what : what.substring(0, LONGEST);
    return !said.contains(kept) && said.size() < MOST && said.add(kept);
  }
}

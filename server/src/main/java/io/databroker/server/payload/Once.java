package io.databroker.server.payload;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Recognises repeated values. It remembers up to a thousand. */
final class Once {
  private static final int MOST = 1_000;

  private final Set<String> said = ConcurrentHashMap.newKeySet();

  boolean first(String what) {
    return !said.contains(what) && said.size() < MOST && said.add(what);
  }
}

package io.databroker.tck.history;

import java.util.LinkedHashMap;
import java.util.Map;

/** Short names for the server versions of a history: A for the first, B for the next. */
final class HistoryNames {
  /** Gives no names. */
  static final HistoryNames NONE = new HistoryNames(Map.of());

  private final Map<Long, String> names;

  private HistoryNames(Map<Long, String> names) {
    this.names = names;
  }

  /** Names all server versions that the start and the answers mention. */
  static HistoryNames of(History history) {
    Map<Long, String> names = new LinkedHashMap<>();
    add(names, history.start().serverVersion());
    for (Operation operation : history.operations()) {
      if (operation.answer() instanceof Answer.Cleared cleared) {
        add(names, cleared.result().oldServerVersion());
        add(names, cleared.result().newServerVersion());
      }
    }
    for (Operation operation : history.operations()) {
      Answer answer = operation.answer();
      if (answer instanceof Answer.Stored stored) {
        add(names, stored.result().serverVersion());
      } else if (answer instanceof Answer.Told told) {
        add(names, told.versions().serverVersion());
      } else if (answer instanceof Answer.Shown shown) {
        add(names, shown.position().serverVersion());
      }
    }
    return new HistoryNames(names);
  }

  private static void add(Map<Long, String> names, long serverVersion) {
    int next = names.size();
    names.computeIfAbsent(
        serverVersion,
        none -> next < 26 ? String.valueOf((char) ('A' + next)) : "number " + (next + 1));
  }

  /** Returns "history A", or "history 0x1f" if it has no name here. */
  String name(long serverVersion) {
    String name = names.get(serverVersion);
    return "history " + (name == null ? "0x" + Long.toHexString(serverVersion) : name);
  }

  /** Returns " of history A" if there are several histories, and else an empty text. */
  String of(long serverVersion) {
    return names.size() > 1 ? " of " + name(serverVersion) : "";
  }
}

package io.databroker.tck.races;

import io.databroker.api.Backend;
import io.databroker.api.Bytes;
import io.databroker.api.ChangeFeed;
import io.databroker.api.Changes;
import io.databroker.api.CodePointOrder;
import io.databroker.api.StoredRecord;
import io.databroker.api.Versions;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** The pairs of types of a {@link PairRace}: their names, and checks of single answers. */
final class Pairs {
  /** Number of pairs. */
  static final int COUNT = 1_500;

  /** Type of the counters of all pairs. */
  static final String COUNTERS = "counters";

  /** Indexed field of the counters. */
  static final String PARITY = "parity";

  static final String[] PARITIES = {"even", "odd"};

  /** Beginning of the names of permanent types. */
  static final String STAYS = "m";

  private Pairs() {}

  static String type(int pair, int swap) {
    // The types of a pair are far apart in every order.
    int half = Math.floorMod(swap, 2);
    return (half == 0 ? "a" : "z") + pair;
  }

  static String id(int pair) {
    return "pair " + pair;
  }

  static Bytes payload(int pair, int swap) {
    return Bytes.utf8(PARITY + "=" + PARITIES[swap % 2] + ";pair=" + pair + ";swap=" + swap);
  }

  static int swapOf(StoredRecord record) {
    String text = record.payload().toUtf8();
    return Integer.parseInt(text.substring(text.lastIndexOf('=') + 1));
  }

  static @Nullable String list(List<String> types) {
    boolean[] there = new boolean[COUNT];
    String before = "";
    for (String type : types) {
      if (CodePointOrder.INSTANCE.compare(before, type) >= 0) {
        return "listTypes names " + before + " before " + type;
      }
      before = type;
      if (!type.equals(COUNTERS) && !type.startsWith(STAYS)) {
        int pair = Integer.parseInt(type.substring(1));
        if (there[pair]) {
          return "listTypes names both a" + pair + " and z" + pair + ", which swap in one batch";
        }
        there[pair] = true;
      }
    }
    for (int pair = 0; pair < COUNT; pair++) {
      if (!there[pair]) {
        return "listTypes names neither a" + pair + " nor z" + pair + ", which swap in one batch";
      }
    }
    return null;
  }

  /** Reads a feed. */
  static final class Follower {
    private @Nullable ChangeFeed feed;
    private long reached;

    @Nullable String poll(Backend backend, SplittableRandom random) {
      ChangeFeed open = feed;
      if (open == null) {
        var end = backend.versions().end();
        reached = end.version();
        open = backend.changes(end, null);
        feed = open;
      }
      Changes next = open.poll();
      if (next == null) {
        return null;
      }
      List<StoredRecord> records = next.records();
      boolean whole =
          records.size() == 3
              && records.get(0).deleted()
              && records.get(1).payload().equals(records.get(2).payload())
              && swapOf(records.get(0)) + 1 == swapOf(records.get(1));
      for (StoredRecord record : records) {
        whole &= record.version() == ++reached;
      }
      return whole
          ? null
          : "a feed delivers " + records + ", which is not the whole batch of a swap";
    }
  }

  /** Reads the versions. */
  static final class Clock {
    private @Nullable Versions last;

    @Nullable String read(Backend backend, SplittableRandom random) {
      Versions before = last;
      Versions now = backend.versions();
      last = now;
      if (now.latest() % 3 != 2 * COUNT % 3) {
        return "the last version is " + now.latest() + ", which is inside the batch of a swap";
      }
      return before != null
              && (Long.compareUnsigned(now.latest(), before.latest()) < 0
                  || now.serverVersion() != before.serverVersion())
          ? "versions returns " + now + " after " + before
          : null;
    }
  }
}

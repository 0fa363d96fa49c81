package io.databroker.tck.chapters;

import io.databroker.api.Backend;
import io.databroker.api.Position;
import io.databroker.api.Write;
import io.databroker.tck.contract.Rule;
import io.databroker.tck.engine.Cost;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Costs that must not grow with the size of the store, measured on a small and a large store in
 * turns.
 *
 * <p><b>Thread-safety:</b> none; JUnit uses each instance by one thread.
 */
abstract class CostRules extends Chapter {
  private static final int SMALL = 10;
  private static final int LARGE = 10_000;

  CostRules() {}

  @Test
  @Rule("LIST-5")
  void aListCostsTheSameForTenRecordsAndForTenThousand() {
    Backend small = filled(0, SMALL);
    Backend large = filled(1, LARGE);
    Cost.compare(
        bench,
        "LIST-5",
        "listTypes with " + SMALL + " and with " + LARGE + " records of two types",
        small::listTypes,
        large::listTypes);
  }

  @Test
  @Rule("FEED-15")
  void aFeedOpensAtTheSameCostAfterTenChangesAndAfterTenThousand() {
    Backend small = filled(0, SMALL);
    Backend large = filled(1, LARGE);
    Position smallEnd = small.versions().end();
    Position largeEnd = large.versions().end();
    Cost.compare(
        bench,
        "FEED-15",
        "opening a feed at the end of " + SMALL + " and of " + LARGE + " changes",
        () -> small.changes(smallEnd, "b").close(),
        () -> large.changes(largeEnd, "b").close());
  }

  private Backend filled(int place, int records) {
    Backend filled = place == 0 ? backend() : bench.open(place, bench.context());
    for (int from = 0; from < records; from += 500) {
      List<Write> batch = new ArrayList<>();
      for (int i = from; i < Math.min(records, from + 500); i++) {
        batch.add(write(i % 2 == 0 ? "a" : "b", "id" + i, "payload " + i));
      }
      filled.put(batch);
    }
    return filled;
  }
}

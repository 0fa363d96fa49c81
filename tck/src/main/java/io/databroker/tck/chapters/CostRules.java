package io.databroker.tck.chapters;

import io.databroker.api.Backend;
import io.databroker.api.ChangeFeed;
import io.databroker.api.Position;
import io.databroker.api.Write;
import io.databroker.tck.contract.Rule;
import io.databroker.tck.engine.Cost;
import io.databroker.tck.engine.Violation;
import io.databroker.tck.text.Texts;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Costs that must not grow with the size of the store, measured on a small and a large store in
 * turns.
 *
 * <p><b>Thread-safety:</b> none; JUnit uses each instance on one thread.
 */
abstract class CostRules extends Chapter {
  private static final int SMALL = 10;
  private static final int LARGE = 10_000;

  /** Waiting feeds; one look at each may cost some hundred nanoseconds. */
  private static final int WAITING = 400;

  private static final long LONGEST_NANOS = 1_000_000_000L;

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

  @Test
  @Rule("FEED-12")
  void aWriteCostsTheSameBesideTenWaitingFeedsOfOtherTypesAndBesideHundreds() {
    Backend one = backend();
    Backend other = bench.open(1, bench.context());
    try {
      compareWrites(one, other);
    } catch (Violation growth) {
      // One store may be slow for another reason, such as a stalled connection.
      bench.report("cost", "measured again with the stores exchanged");
      compareWrites(other, one);
    }
  }

  private void compareWrites(Backend few, Backend many) {
    List<ChangeFeed> waiting = new ArrayList<>(waiting(few, SMALL));
    waiting.addAll(waiting(many, WAITING));
    try {
      Cost.compare(
          bench,
          "FEED-12",
          Texts.format(
              "a write with %d and with %d waiting feeds of other types",
              SMALL, waiting.size() - SMALL),
          () -> few.put(List.of(write("written", "1", ""))),
          () -> many.put(List.of(write("written", "1", ""))));
    } finally {
      waiting.forEach(ChangeFeed::close);
    }
  }

  /** Opens feeds that wait; fewer if that takes long. */
  private static List<ChangeFeed> waiting(Backend backend, int most) {
    List<ChangeFeed> feeds = new ArrayList<>();
    Position end = backend.versions().end();
    long start = System.nanoTime();
    while (feeds.size() < most
        && (feeds.size() < SMALL || System.nanoTime() - start < LONGEST_NANOS)) {
      ChangeFeed feed = backend.changes(end, "quiet" + feeds.size() % 50);
      feed.poll();
      feed.onReady(() -> {});
      feeds.add(feed);
    }
    return feeds;
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

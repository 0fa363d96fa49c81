package io.databroker.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Rows that show whether the cost of a look-up depends on its result only: the same look-up in a
 * store a hundred times as large. The bare structures show how much of the growth comes from cache
 * misses.
 */
final class LookUpRows {
  private static final int OURS_FEW = 1;
  private static final int BARE_MANY = 2;
  private static final int BARE_FEW = 3;

  private LookUpRows() {}

  /** Returns rows with twice as many records in the large store, or a fifth as many ranges. */
  static List<Comparison> all(int records) {
    List<Comparison> all = new ArrayList<>();
    for (String backend : List.of(Stores.IN_MEMORY, Stores.OFF_HEAP)) {
      String name = (backend.equals(Stores.IN_MEMORY) ? "in-memory" : "off-heap") + " look-up by ";
      all.add(
          comparison(
              name + "value", "records", "two maps", backend, LookUpBenchmark.VALUE, 2 * records));
      all.add(
          comparison(
              name + "address",
              "ranges",
              "one map",
              backend,
              LookUpBenchmark.ADDRESS,
              records / 5));
    }
    return all;
  }

  private static Comparison comparison(
      String name, String what, String bare, String backend, String by, int atLeast) {
    int few = Math.max(10, atLeast / 1_000 * 10); // a value, or a group of ranges, has ten records
    int many = 100 * few;
    Target told = Target.none(Target.Measure.TIME);
    String inMany = String.format(Locale.ROOT, "%s, %,d %s", name, many, what);
    String inFew = String.format(Locale.ROOT, "%s, %,d %s", name, few, what);
    String fewAlone = String.format(Locale.ROOT, "%,d %s", few, what);
    List<Row> rows = new ArrayList<>();
    rows.add(Row.of(inMany, fewAlone, "call", OURS_FEW, told));
    rows.add(Row.of(inMany, bare, "call", BARE_MANY, told));
    rows.add(Row.of(inFew, bare, "call", BARE_FEW, told).ours(OURS_FEW));
    if (backend.equals(Stores.IN_MEMORY)) {
      String ofBare = String.format(Locale.ROOT, "%s, look-up by %s, %,d %s", bare, by, many, what);
      rows.add(Row.of(ofBare, fewAlone, "call", BARE_FEW, told).ours(BARE_MANY));
    }
    return new Comparison(
        LookUpBenchmark.class.getName() + ".find",
        4,
        1,
        false,
        true,
        Map.of(
            "backend",
            backend,
            "by",
            by,
            "many",
            Integer.toString(many),
            "few",
            Integer.toString(few)),
        rows);
  }
}

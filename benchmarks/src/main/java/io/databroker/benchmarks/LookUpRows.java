package io.databroker.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Whether a look-up costs by what it finds: the same one in a store a hundred times as large. The
 * bare structures tell how much of the growth is that of caches missed, which nobody is spared.
 */
final class LookUpRows {
  private static final int OURS_FEW = 1;
  private static final int BARE_MANY = 2;
  private static final int BARE_FEW = 3;

  private LookUpRows() {}

  /** With twice as many records as that in the larger store, or a fifth of as many ranges. */
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
    int few = Math.max(10, atLeast / 1_000 * 10); // each value, or group of ranges, is ten
    int many = 100 * few;
    Target told = Target.none(Target.Measure.TIME);
    String inMany = "%s, %,d %s".formatted(name, many, what);
    String inFew = "%s, %,d %s".formatted(name, few, what);
    String fewAlone = "%,d %s".formatted(few, what);
    List<Row> rows = new ArrayList<>();
    rows.add(Row.of(inMany, fewAlone, "call", OURS_FEW, told));
    rows.add(Row.of(inMany, bare, "call", BARE_MANY, told));
    rows.add(Row.of(inFew, bare, "call", BARE_FEW, told).ours(OURS_FEW));
    if (backend.equals(Stores.IN_MEMORY)) {
      String ofBare = "%s, look-up by %s, %,d %s".formatted(bare, by, many, what);
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

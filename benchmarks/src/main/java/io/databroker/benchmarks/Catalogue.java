package io.databroker.benchmarks;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Lists all comparisons with their targets. */
final class Catalogue {
  private static final String MAPS = "two ConcurrentHashMaps";
  private static final String OF_RECORDS = "the same maps, of the interface's records";

  private final int records;
  private final List<Comparison> all = new ArrayList<>();

  private Catalogue(int records) {
    this.records = records;
  }

  /**
   * Returns all comparisons, with the given number of records where a row does not state its own.
   */
  static List<Comparison> of(int records) {
    Catalogue catalogue = new Catalogue(records);
    catalogue.inMemoryRecords();
    catalogue.inMemoryWalks();
    catalogue.inMemoryRest();
    catalogue.offHeap();
    catalogue.all.addAll(LookUpRows.all(records));
    return catalogue.all;
  }

  /**
   * Returns the comparisons of our backends with the bare maps whose cost may depend on the number
   * of records.
   */
  static List<Comparison> growing(int records) {
    Catalogue catalogue = new Catalogue(records);
    catalogue.growingRecords("in-memory", "inmemory+maps", MAPS, "array walk");
    catalogue.add(
        ListTypesBenchmark.class,
        "listTypes",
        1,
        Map.of("sides", "16", "records", Integer.toString(records)),
        Row.of(
            "in-memory listTypes, 16 types", "-", "call", -1, Target.none(Target.Measure.NANOS)));
    int step = records <= 1_000 ? 96 : 8_000;
    catalogue.add(
        CapacityBenchmark.class,
        "put",
        1,
        Map.of("size", Integer.toString(records), "step", Integer.toString(step)),
        Row.of("in-memory evicting put", "new key", "version", 1, Target.none(Target.Measure.TIME))
            .per(2.0 * step, step));
    catalogue.growingRecords("off-heap", "offheap+chronicle", "raw Chronicle Map", "mapped read");
    return catalogue.all;
  }

  private void growingRecords(String ours, String sides, String map, String log) {
    add(
        RecordBenchmark.class,
        "get",
        1,
        Map.of("sides", sides),
        Row.of(ours + " get", map, "get", 1, Target.none(Target.Measure.THROUGHPUT)));
    add(
        RecordBenchmark.class,
        "put",
        1,
        Map.of("sides", sides, "collect", "true"),
        Row.of(ours + " put", map, "record", 1, Target.none(Target.Measure.TIME)));
    add(
        WalkBenchmark.class,
        "snapshot",
        1,
        Map.of("sides", sides),
        Row.of(ours + " snapshot", map, "record", 1, Target.none(Target.Measure.TIME))
            .per(records, records));
    add(
        WalkBenchmark.class,
        "changes",
        1,
        Map.of("keep", "true", "sides", sides),
        Row.of(ours + " changes", log, "change", 1, Target.none(Target.Measure.TIME))
            .per(records, records));
  }

  private void inMemoryRecords() {
    for (int threads = 1; threads <= 2; threads++) {
      String name =
          String.format(
              Locale.ROOT, "in-memory get, %d thread%s", threads, threads == 1 ? "" : "s");
      add(
          RecordBenchmark.class,
          "get",
          threads,
          Map.of("sides", "inmemory+maps+caffeine+records"),
          Row.of(name, MAPS, "get", 1, Target.atLeast(0.8)),
          bound(name, "get", 3, Target.Measure.THROUGHPUT),
          Row.of(name, "unbounded Caffeine", "get", 2, Target.none(Target.Measure.THROUGHPUT)));
    }
    String beside = "in-memory get, a writer flat out";
    add(
        RecordBenchmark.class,
        "getBesideWriter",
        1,
        Map.of("sides", "inmemory+maps+records", "collect", "true"),
        Row.of(beside, MAPS, "get", 1, Target.atLeast(0.8)),
        bound(beside, "get", 2, Target.Measure.THROUGHPUT));
    double puts = (double) records * RecordBenchmark.passes(records);
    String put = "in-memory put, batch of 8";
    add(
        RecordBenchmark.class,
        "putAll",
        1,
        Map.of("sides", "inmemory+maps+trees+caffeine+records", "collect", "true"),
        Row.of(put, MAPS + " + array append", "record", 1, Target.atMost(1.6)).per(puts, puts),
        bound(put, "record", 4, Target.Measure.TIME).per(puts, puts),
        Row.of(put, "locked HashMap + two TreeMaps", "record", 2, Target.atLeast(3))
            .per(puts, puts),
        Row.of(
                put,
                "unbounded Caffeine + array append",
                "record",
                3,
                Target.none(Target.Measure.THROUGHPUT))
            .per(puts, puts));
  }

  private void inMemoryWalks() {
    Object[][] rewrites = {{0, "nothing", 1.0}, {1, "1 %", 1.2}, {100, "all", 2.0}};
    for (Object[] rewrite : rewrites) {
      add(
          WalkBenchmark.class,
          "snapshot",
          1,
          Map.of("percent", rewrite[0].toString(), "sides", "inmemory+maps"),
          Row.of(
                  "in-memory snapshot of all, " + rewrite[1] + " rewritten",
                  MAPS + ", iterated",
                  "record",
                  1,
                  Target.atMost((Double) rewrite[2]))
              .per(records, records));
    }
    Map<String, String> kept = Map.of("keep", "true", "sides", "inmemory+maps+records");
    String all = "in-memory changes, all types";
    String one = "in-memory changes, one of 16 types";
    add(
        WalkBenchmark.class,
        "changes",
        1,
        kept,
        Row.of(all, "array walk", "change", 1, Target.atMost(1.5)).per(records, records),
        bound(all, "change", 2, Target.Measure.TIME).per(records, records));
    double ofType = new Workload(records).sizeOfFirstType();
    add(
        WalkBenchmark.class,
        "changesOfType",
        1,
        kept,
        Row.of(one, "array walk", "change", 1, Target.atMost(1.5)).per(ofType, ofType),
        bound(one, "change", 2, Target.Measure.TIME).per(ofType, ofType));
  }

  /** Returns a row that compares with the bare maps of the interface's records. */
  private static Row bound(String name, String unit, int other, Target.Measure measure) {
    return Row.of(name, OF_RECORDS, unit, other, Target.none(measure));
  }

  private void inMemoryRest() {
    add(
        ListTypesBenchmark.class,
        "listTypes",
        1,
        Map.of("sides", "16+10000"),
        Row.of("listTypes, 16 types, with a writer", "-", "call", -1, Target.nanos(10)),
        Row.of("listTypes, 10,000 types, with a writer", "-", "call", -1, Target.nanos(10)).ours(1),
        Row.of("listTypes, 10,000 types", "16 types", "call", 0, Target.none(Target.Measure.TIME))
            .ours(1));
    String comes = "a type comes and goes, ";
    add(
        NewTypeBenchmark.class,
        "come",
        1,
        Map.of("sides", "10+10000+1000000"),
        Row.of(comes + "10,000 types", "10 types", "type", 0, Target.atMost(3)).ours(1),
        Row.of(comes + "1,000,000 types", "10 types", "type", 0, Target.atMost(3)).ours(2));
    for (int watchers : new int[] {1, 100, 1_000}) {
      add(
          DeliveryBenchmark.class,
          "deliver",
          1,
          Map.of("watchers", Integer.toString(watchers)),
          Row.of(
                  String.format(
                      Locale.ROOT, "delivery to %,d watcher%s", watchers, watchers == 1 ? "" : "s"),
                  "a task each, over one array",
                  "delivery",
                  1,
                  Target.atMost(1.3))
              .per(watchers, watchers));
    }
    int[][] sizes = {{1_000, 96}, {1_000_000, 8_000}};
    for (int[] size : sizes) {
      add(
          CapacityBenchmark.class,
          "put",
          1,
          Map.of("size", Integer.toString(size[0]), "step", Integer.toString(size[1])),
          Row.of(
                  String.format(Locale.ROOT, "capacity at its limit, put, %,d records", size[0]),
                  "new key, no capacity",
                  "version",
                  1,
                  Target.atMost(1.3))
              .per(2.0 * size[1], size[1]));
    }
  }

  private void offHeap() {
    String sides = "offheap+chronicle+mvstore+rocksdb+lmdb+mapdb";
    String map = "raw Chronicle Map";
    offHeapRows(
        RecordBenchmark.class,
        "get",
        Map.of("sides", sides + "+" + Stores.PLACES),
        1,
        Row.of("off-heap get", map + ", getUsing + copy", "get", 1, Target.atLeast(0.8)),
        Row.of(
            "off-heap get",
            map + " of places in a mapped log",
            "get",
            6,
            Target.none(Target.Measure.THROUGHPUT)));
    cachedGets(map + ", getUsing + copy");
    offHeapRows(
        RecordBenchmark.class,
        "put",
        Map.of("sides", sides),
        1,
        Row.of(
            "off-heap put, batch of 8", map + " + mapped append", "record", 1, Target.atMost(1.5)));
    offHeapRows(
        WalkBenchmark.class,
        "changes",
        Map.of("sides", sides, "keep", "true"),
        records,
        Row.of("off-heap changes", "mapped read + copy", "change", 1, Target.atMost(1.5)));
    add(
        WalkBenchmark.class,
        "snapshot",
        1,
        Map.of("sides", "offheap+chronicle", "percent", "0"),
        Row.of(
                "off-heap snapshot of all",
                map + ", forEachEntry + copy",
                "record",
                1,
                Target.atMost(1.5))
            .per(records, records));
    diskPuts(1);
    diskPuts(8);
    diskPuts(64);
  }

  private void diskPuts(int writers) {
    add(
        RecordBenchmark.class,
        "put",
        writers,
        Map.of("sides", Stores.ON_DISK + "+" + Stores.FORCED_LOG, "records", "8000"),
        Row.of(
            "off-heap put, durability=disk, " + (writers == 1 ? "1 writer" : writers + " writers"),
            "append + fdatasync, grouped",
            "record",
            1,
            Target.atLeast(0.8)));
  }

  private void cachedGets(String map) {
    Map<String, String> sides =
        Map.of("sides", Stores.CACHED + "+" + Stores.OFF_HEAP + "+" + Stores.CHRONICLE);
    Target none = Target.none(Target.Measure.THROUGHPUT);
    String cached = ", with cacheBytes";
    String without = "the same without";
    String zipf = "off-heap get, Zipf 0.99";
    add(
        RecordBenchmark.class,
        "getZipf",
        1,
        sides,
        Row.of(zipf, map, "get", 2, none).ours(1),
        Row.of(zipf + cached, map, "get", 2, Target.atLeast(2)),
        Row.of(zipf + cached, without, "get", 1, none));
    String uniform = "off-heap get, each key as often";
    add(
        RecordBenchmark.class,
        "get",
        1,
        sides,
        Row.of(uniform + cached, map, "get", 2, none),
        Row.of(uniform + cached, without, "get", 1, none));
  }

  /** Adds the row that compares with the bare structures, and one for each peer. */
  private void offHeapRows(
      Class<?> type,
      String method,
      Map<String, String> parameters,
      double units,
      Row bare,
      Row... bounds) {
    List<Row> rows = new ArrayList<>(List.of(bare.per(units, units)));
    rows.addAll(List.of(bounds));
    String[] peers = {"H2 MVStore", "RocksDB", "LMDB", "MapDB"};
    for (int i = 0; i < peers.length; i++) {
      rows.add(
          Row.of(bare.name(), peers[i], bare.unit(), 2 + i, Target.atLeast(1)).per(units, units));
    }
    add(type, method, 1, parameters, rows.toArray(new Row[0]));
  }

  private void add(
      Class<?> type, String method, int threads, Map<String, String> parameters, Row... rows) {
    Map<String, String> given = new HashMap<>(parameters);
    if (type == RecordBenchmark.class || type == WalkBenchmark.class) {
      given.putIfAbsent("records", Integer.toString(records));
    }
    List<String> sides = List.of(given.getOrDefault("sides", "a+b").split("\\+", -1));
    boolean onlyWork =
        method.equals("get")
            || method.equals("getZipf")
            || method.equals("putAll")
            || (method.equals("put")
                && type == RecordBenchmark.class
                && threads == 1
                && !sides.contains(Stores.ON_DISK)) // an fsync waits
            || method.equals("come")
            || method.startsWith("changes")
            || "0".equals(given.get("percent"));
    all.add(
        new Comparison(
            type.getName() + "." + method,
            sides.size(),
            threads,
            method.equals("putAll"),
            onlyWork,
            Map.copyOf(given),
            List.of(rows)));
  }
}

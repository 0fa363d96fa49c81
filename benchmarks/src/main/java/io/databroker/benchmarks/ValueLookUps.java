package io.databroker.benchmarks;

import io.databroker.api.Backend;
import io.databroker.api.FieldValue;
import io.databroker.api.Selection;
import io.databroker.api.Snapshot;
import io.databroker.api.StoredRecord;
import java.util.Iterator;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/** Look-ups by the value of an indexed field; each value has ten records. */
final class ValueLookUps {
  static final int PER_VALUE = 10;
  private static final String FIELD = "user";

  private ValueLookUps() {}

  private static String value(int i) {
    return String.format(Locale.ROOT, "user-%07d", i);
  }

  /** All values in another order than the puts, as separate strings. */
  private static String[] probes(int values) {
    int[] order = Workload.shuffled(values);
    String[] probes = new String[values];
    for (int i = 0; i < values; i++) {
      probes[i] = value(order[i]);
    }
    return probes;
  }

  private static void check(int found) {
    if (found != PER_VALUE) {
      throw new IllegalStateException("found " + found + " records instead of " + PER_VALUE);
    }
  }

  /** Opens our backend: a snapshot of the records with the value. */
  static LookUp ours(String backend, int records) {
    int values = records / PER_VALUE;
    String[] probes = probes(values);
    String type = Workload.type(0);
    BrokerStore store =
        LookUpBenchmark.load(backend, records, FIELD, i -> Labelled.payload(value(i % values)));
    return new LookUp() {
      @Override
      public long find(int i) {
        long sum = 0;
        int found = 0;
        Backend asked = store.backend();
        FieldValue wanted = new FieldValue(FIELD, probes[i % values]);
        try (Snapshot snapshot = asked.snapshot(Selection.where(type, wanted))) {
          for (Iterator<StoredRecord> all = snapshot.records(); all.hasNext(); found++) {
            sum += BrokerStore.touch(all.next());
          }
        }
        check(found);
        return sum;
      }

      @Override
      public void close() {
        store.close();
      }
    };
  }

  /**
   * Opens the bare structures: a map from values to arrays of ids, and one from ids to payloads.
   */
  static LookUp bare(int records) {
    int values = records / PER_VALUE;
    String[] probes = probes(values);
    ConcurrentHashMap<String, String[]> ids = new ConcurrentHashMap<>();
    ConcurrentHashMap<String, byte[]> payloads = new ConcurrentHashMap<>();
    for (int i = 0; i < records; i++) {
      String id = Workload.id(i);
      payloads.put(id, Labelled.payload(value(i % values)));
      ids.computeIfAbsent(value(i % values), any -> new String[PER_VALUE])[i / values] = id;
    }
    return new LookUp() {
      @Override
      public long find(int i) {
        long sum = 0;
        int found = 0;
        for (String id : Objects.requireNonNull(ids.get(probes[i % values]))) {
          sum += Store.touch(Objects.requireNonNull(payloads.get(id)));
          found++;
        }
        check(found);
        return sum;
      }

      @Override
      public void close() {
        ids.clear();
        payloads.clear();
      }
    };
  }
}

package io.databroker.benchmarks;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Reads all records, and all changes. */
public class WalkBenchmark {

  @Benchmark
  public long snapshot(Rewritten rewritten) {
    return rewritten.store.scan();
  }

  @Benchmark
  public long changes(Turns turns) {
    return turns.store.changes(null);
  }

  @Benchmark
  public long changesOfType(Turns turns) {
    return turns.store.changes(turns.workload.types[0]);
  }

  /** Store in which some records are rewritten between passes, outside the measurement. */
  @State(Scope.Benchmark)
  @SuppressWarnings("NullAway.Init") // by JMH
  public static class Rewritten {
    @Param({"0"})
    int percent;

    Store store;
    private int place;

    @Setup(Level.Invocation)
    public void rewrite(Turns turns) {
      store = turns.store;
      int left = (int) ((long) turns.records * percent / 100);
      if (left > 0) {
        // Trim before the puts: a later trim would do work that belongs to the snapshot.
        store.forgetChanges();
      }
      for (; left > 0; left -= Workload.BATCH) {
        store.put(turns.workload.probedBatch(place));
        place = place + Workload.BATCH < turns.records ? place + Workload.BATCH : 0;
      }
    }
  }
}

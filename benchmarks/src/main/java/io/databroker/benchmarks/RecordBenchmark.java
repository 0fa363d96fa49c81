package io.databroker.benchmarks;

import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Reads and writes single records and small batches. */
public class RecordBenchmark {
  /** Number of puts that takes longer than ten ticks of the processor clock. */
  private static final int AT_LEAST = 200_000;

  @Benchmark
  public int get(Turns turns, Cursor cursor) {
    int i = cursor.next();
    return turns.store.get(turns.workload.probedType(i), turns.workload.probedId(i));
  }

  @Benchmark
  public int getZipf(Turns turns, Zipf zipf) {
    int i = zipf.next();
    return turns.store.get(turns.workload.probedType(i), turns.workload.probedId(i));
  }

  @Benchmark
  public int getBesideWriter(Turns turns, Cursor cursor, BusyWriter writer) {
    return get(turns, cursor);
  }

  @Benchmark
  @OperationsPerInvocation(Workload.BATCH)
  public void put(Turns turns, Cursor cursor) {
    turns.store.put(turns.workload.probedBatch(cursor.advance(Workload.BATCH)));
  }

  /** Returns how often {@link #putAll} puts that many records. */
  static int passes(int records) {
    return (AT_LEAST + records - 1) / records;
  }

  /**
   * Puts all records, several times if they are few. The work is equal for all sides: in equal
   * time, slower sides would finish before their garbage is collected.
   */
  @Benchmark
  public void putAll(Turns turns) {
    for (int pass = passes(turns.records); pass > 0; pass--) {
      for (int place = 0; place < turns.records; place += Workload.BATCH) {
        turns.store.put(turns.workload.probedBatch(place));
      }
    }
  }

  /** Thread that puts batches into the measured store at full speed. */
  @State(Scope.Benchmark)
  public static class BusyWriter {
    private volatile boolean busy;
    private @Nullable Thread thread;

    @Setup(Level.Iteration)
    public void start(Turns turns) {
      Store store = turns.store;
      Workload workload = turns.workload;
      busy = true;
      thread =
          new Thread(
              () -> {
                int place = workload.size / 2;
                while (busy) {
                  store.put(workload.probedBatch(place));
                  place = place + Workload.BATCH < workload.size ? place + Workload.BATCH : 0;
                }
              },
              "writer");
      thread.start();
    }

    @TearDown(Level.Iteration)
    public void stop() throws InterruptedException {
      busy = false;
      if (thread != null) {
        thread.join();
      }
    }
  }
}

package io.databroker.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.logging.Logger;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.BenchmarkParams;

/**
 * The sides of a comparison, loaded with the same records. They take turns: each iteration measures
 * the next side, so a longer disturbance of the machine affects all of them.
 */
@State(Scope.Benchmark)
@SuppressWarnings("NullAway.Init") // by JMH
public class Turns {
  /** Names of the sides, in order, separated by a plus. */
  @Param({Stores.IN_MEMORY + "+" + Stores.MAPS})
  String sides;

  @Param({"500000"})
  int records;

  /** True to collect garbage between turns. */
  @Param({"false"})
  boolean collect;

  /** True to keep the changes of the load; those of a turn are always dropped. */
  @Param({"false"})
  boolean keep;

  Workload workload;

  /** Side that is measured now. */
  Store store;

  private final List<Store> stores = new ArrayList<>();
  private int turn;

  @Setup(Level.Trial)
  public void load() {
    Logger.getLogger("")
        .setLevel(java.util.logging.Level.SEVERE); // Chronicle Map logs a greeting at every start
    workload = new Workload(records);
    for (String name : sides.split("\\+", -1)) {
      stores.add(Stores.open(name, records));
    }
    // Load side by side, so that all sides share the same parts of the heap.
    for (int from = 0; from < records; from += Workload.BATCH) {
      Workload.Batch batch = workload.putBatch(from, Math.min(Workload.BATCH, records - from));
      stores.forEach(it -> it.put(batch));
      if (!keep && from % 80_000 == 0) {
        stores.forEach(Store::forgetChanges);
      }
    }
    stores.forEach(this::tidy);
    store = stores.get(0);
    System.gc();
  }

  @Setup(Level.Iteration)
  public void next(BenchmarkParams benchmark) throws InterruptedException {
    tidy(store); // after the turn, when its threads have ended
    if (collect) {
      System.gc();
    }
    if (!keep && benchmark.getThreads() == 1) { // other threads would spin while they wait
      ProcessorTime.awaitQuiet();
    }
    store = stores.get(turn++ % stores.size());
    ProcessorTime.begin();
  }

  private void tidy(Store used) {
    if (!keep) {
      used.forgetChanges();
    }
  }

  @TearDown(Level.Trial)
  public void close() {
    stores.forEach(Store::close);
  }
}

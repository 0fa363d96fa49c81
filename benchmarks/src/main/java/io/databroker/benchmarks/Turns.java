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
 * The sides of a comparison, all loaded with the same records, taking turns: each iteration
 * measures the next one. What disturbs the machine for longer than an iteration disturbs all of
 * them.
 *
 * <p><b>Thread-safety:</b> its threads read what was set up before them; JMH sets up and tears down
 * on one.
 */
@State(Scope.Benchmark)
@SuppressWarnings("NullAway.Init") // by JMH
public class Turns {
  /** The names of the sides, in their order, with a plus between them. */
  @Param({Stores.IN_MEMORY + "+" + Stores.MAPS})
  String sides;

  @Param({"500000"})
  int records;

  /** Whether to collect the garbage of one side before the next has its turn. */
  @Param({"false"})
  boolean collect;

  /** Whether the changes of the load are kept, rather than dropped as those of every turn are. */
  @Param({"false"})
  boolean keep;

  Workload workload;

  /** Whose turn it is. */
  Store store;

  private final List<Store> stores = new ArrayList<>();
  private int turn;

  @Setup(Level.Trial)
  public void load() {
    Logger.getLogger("")
        .setLevel(java.util.logging.Level.SEVERE); // Chronicle Map greets at every start
    workload = new Workload(records);
    for (String name : sides.split("\\+", -1)) {
      stores.add(Stores.open(name, records));
    }
    // Side by side, so that none of them has the better half of the heap.
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
    tidy(store); // after the turn, when all its threads have ended
    if (collect) {
      System.gc();
    }
    if (!keep && benchmark.getThreads() == 1) { // others would spin, waiting for this one
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

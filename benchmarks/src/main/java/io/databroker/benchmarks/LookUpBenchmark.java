package io.databroker.benchmarks;

import io.databroker.api.BackendContext;
import io.databroker.api.Bytes;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.logging.Logger;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Looks records up by their content, in a large store and in a small one. */
public class LookUpBenchmark {
  static final String VALUE = "value";
  static final String ADDRESS = "address";

  @Benchmark
  public long find(Sides sides) {
    return sides.find();
  }

  /** Opens one of our backends with that many records of a type with an indexed field. */
  static BrokerStore load(
      String backend, int records, String field, IntFunction<byte[]> payloadOf) {
    BrokerStore store =
        Stores.ours(backend, records, BackendContext.standard().withExtractor(new Labelled()));
    String type = Workload.type(0);
    store.backend().setOptions(type, TypeOptions.NONE.withIndexedFields(field));
    List<Write> batch = new ArrayList<>();
    for (int i = 0; i < records; i++) {
      batch.add(Write.put(type, Workload.id(i), Bytes.copyOf(payloadOf.apply(i))));
      if (batch.size() == 500 || i == records - 1) {
        store.backend().put(batch);
        batch.clear();
      }
      if (i % 50_000 == 0) {
        store.forgetChanges();
      }
    }
    store.forgetChanges();
    return store;
  }

  /** Ours with many records and with few, and bare structures of the same sizes. */
  @State(Scope.Benchmark)
  @SuppressWarnings("NullAway.Init") // by JMH
  public static class Sides {
    @Param({Stores.IN_MEMORY})
    String backend;

    @Param({VALUE})
    String by;

    @Param({"1000000"})
    int many;

    @Param({"10000"})
    int few;

    private final List<LookUp> sides = new ArrayList<>();
    private LookUp side;
    private int turn;
    private int probe;

    @Setup(Level.Trial)
    public void load() {
      Logger.getLogger("")
          .setLevel(java.util.logging.Level.SEVERE); // Chronicle Map logs a greeting at every start
      for (int records : new int[] {many, few}) {
        sides.add(
            by.equals(VALUE)
                ? ValueLookUps.ours(backend, records)
                : AddressLookUps.ours(backend, records));
      }
      for (int records : new int[] {many, few}) {
        sides.add(by.equals(VALUE) ? ValueLookUps.bare(records) : AddressLookUps.bare(records));
      }
      System.gc();
    }

    @Setup(Level.Iteration)
    public void next() {
      side = sides.get(turn++ % sides.size());
      ProcessorTime.begin();
    }

    long find() {
      probe = probe == Integer.MAX_VALUE ? 0 : probe + 1;
      return side.find(probe);
    }

    @TearDown(Level.Trial)
    public void close() {
      sides.forEach(LookUp::close);
    }
  }
}

package io.databroker.benchmarks;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * Puts new keys into a full type, where each put evicts a record, and into a type without a
 * capacity.
 */
public class CapacityBenchmark {

  @Benchmark
  public void put(Types types) {
    for (int from = 0; from < types.step; from += Workload.BATCH) {
      types.backend.put(
          BrokerStore.writes(
              new Workload.Batch(types.type, types.ids, from, Workload.BATCH, types.payload)));
    }
  }

  /** A backend with a capacity and one without, with the same records. */
  @State(Scope.Benchmark)
  @SuppressWarnings("NullAway.Init") // by JMH
  public static class Types {
    @Param({"1000"})
    int size;

    /** Number of puts before the backend without a capacity is reset to its size. */
    @Param({"96"})
    int step;

    Backend backend;
    String[] ids;
    String[] type;
    final byte[] payload = Workload.payload(1);

    private final List<Backend> backends = new ArrayList<>();
    private final int[] youngest = new int[2];
    private int turn;
    private int side;

    @Setup(Level.Trial)
    public void load() {
      type = new String[Math.max(step, Workload.BATCH)];
      Arrays.fill(type, "type");
      ids = new String[step];
      for (side = 0; side < 2; side++) {
        backend = Stores.broker(Stores.IN_MEMORY, BackendContext.standard());
        backends.add(backend);
        while (youngest[side] < size) {
          chooseKeys();
          for (int from = 0; from < step; from += Workload.BATCH) {
            backend.put(
                BrokerStore.writes(new Workload.Batch(type, ids, from, Workload.BATCH, payload)));
          }
          if (youngest[side] % 100_000 < step) {
            backend.trim(Instant.now().plusSeconds(1));
          }
        }
      }
      backends.get(0).setOptions("type", new TypeOptions((long) size, null, List.of()));
      side = 0;
      backend = backends.get(0);
    }

    private void chooseKeys() {
      for (int i = 0; i < step; i++) {
        ids[i] = Workload.id(youngest[side]++);
      }
    }

    @Setup(Level.Iteration)
    public void next() {
      backends.get(side).trim(Instant.now().plusSeconds(1));
      side = turn++ % 2;
      backend = backends.get(side);
    }

    @Setup(Level.Invocation)
    public void makeRoom() {
      if (side == 1) {
        List<Write> deletes = new ArrayList<>(step);
        for (int i = youngest[1] - size - step; i < youngest[1] - size; i++) {
          if (i >= 0) {
            deletes.add(Write.delete("type", Workload.id(i)));
          }
          if (deletes.size() == 1_000) {
            backend.put(deletes);
            deletes.clear();
          }
        }
        if (!deletes.isEmpty()) {
          backend.put(deletes);
        }
      }
      chooseKeys();
    }
  }
}

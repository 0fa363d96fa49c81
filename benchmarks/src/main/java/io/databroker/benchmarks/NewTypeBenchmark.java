package io.databroker.benchmarks;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.Bytes;
import io.databroker.api.Write;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Writes the first record of a type, then deletes it, among few types and among many. */
public class NewTypeBenchmark {
  private static final int BATCH = 500;

  @Benchmark
  public void come(Types types) {
    String type = type(types.next++);
    types.backend.put(List.of(Write.put(type, "1", Bytes.EMPTY)));
    types.backend.put(List.of(Write.delete(type, "1")));
  }

  /** Returns the name of a type; names in sequence are far from each other in order. */
  private static String type(int number) {
    return "type.example.com/record." + Long.toHexString(number * 0x9E37_79B9_7F4A_7C15L);
  }

  /** Backends with different numbers of types, of one record each. */
  @State(Scope.Benchmark)
  @SuppressWarnings("NullAway.Init") // by JMH
  public static class Types {
    @Param({"10+10000+1000000"})
    String sides;

    Backend backend;
    int next;

    private final List<Backend> backends = new ArrayList<>();
    private int turn;

    @Setup(Level.Trial)
    public void load() {
      for (String types : sides.split("\\+", -1)) {
        next = Integer.parseInt(types);
        // By default, a million types do not fit into the half of the heap that the store may use.
        Backend loaded = Stores.inMemoryOnWholeHeap(BackendContext.standard());
        for (int from = 0; from < next; from += BATCH) {
          List<Write> writes = new ArrayList<>(BATCH);
          for (int i = from; i < Math.min(next, from + BATCH); i++) {
            writes.add(Write.put(type(i), "1", Bytes.EMPTY));
          }
          loaded.put(writes);
        }
        backends.add(loaded);
      }
    }

    /** The numbers of new types continue above those of all sides. */
    @Setup(Level.Iteration)
    public void choose() {
      backend = backends.get(turn++ % backends.size());
      backend.trim(Instant.now().plusSeconds(1));
    }

    @TearDown(Level.Trial)
    public void close() {
      backends.forEach(Backend::close);
    }
  }
}

package io.databroker.benchmarks;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.Bytes;
import io.databroker.api.Write;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Lists few types, and many, during writes at full speed. */
public class ListTypesBenchmark {

  @Benchmark
  public List<String> listTypes(Types types) {
    return types.backend.listTypes();
  }

  /** Two backends with the same number of records, in few types and in many. */
  @State(Scope.Benchmark)
  @SuppressWarnings("NullAway.Init") // by JMH
  public static class Types {
    private static final int BATCH = 100;

    @Param({"16+10000"})
    String sides;

    @Param({"100000"})
    int records;

    Backend backend;

    private final List<Backend> backends = new ArrayList<>();
    private final Bytes payload = Bytes.copyOf(Workload.payload(1));
    private int turn;
    private volatile boolean busy;
    private @Nullable Thread writer;

    @Setup(Level.Trial)
    public void load() {
      for (String types : sides.split("\\+", -1)) {
        Backend loaded = Stores.broker(Stores.IN_MEMORY, BackendContext.standard());
        for (int from = 0; from < records; from += BATCH) {
          loaded.put(writes(from, Integer.parseInt(types)));
        }
        backends.add(loaded);
      }
    }

    private List<Write> writes(int from, int types) {
      List<Write> writes = new ArrayList<>(BATCH);
      for (int i = from; i < from + BATCH; i++) {
        writes.add(Write.put(Workload.type(i % types), Workload.id(i), payload));
      }
      return writes;
    }

    @Setup(Level.Iteration)
    public void next() {
      Backend chosen = backends.get(turn++ % backends.size());
      chosen.trim(Instant.now().plusSeconds(1));
      backend = chosen;
      int types = chosen.listTypes().size();
      List<List<Write>> batches = new ArrayList<>();
      for (int from = 0; from < 8 * 1_024; from += 8) {
        batches.add(writes(from, types).subList(0, 8));
      }
      busy = true;
      Thread started =
          new Thread(
              () -> {
                for (int i = 0; busy; i = (i + 1) % batches.size()) {
                  chosen.put(batches.get(i));
                }
              },
              "writer");
      writer = started;
      started.start();
    }

    @TearDown(Level.Iteration)
    public void stop() throws InterruptedException {
      busy = false;
      if (writer != null) {
        writer.join();
      }
    }

    @TearDown(Level.Trial)
    public void close() {
      backends.forEach(Backend::close);
    }
  }
}

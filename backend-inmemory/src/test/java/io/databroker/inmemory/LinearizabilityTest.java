package io.databroker.inmemory;

import io.databroker.api.Bytes;
import io.databroker.api.StoredRecord;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Options;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.junit.jupiter.api.Test;

/**
 * The core against its sequential specification: by Lincheck's stress test, or, with {@code
 * -Dlincheck.model=true}, by its model checker, which takes minutes.
 */
class LinearizabilityTest {

  @Test
  void everyInterleavingIsThatOfSomeOrder() {
    if (Boolean.getBoolean("lincheck.model")) {
      check(
          new ModelCheckingOptions()
              .loopBound(2_000) // a snapshot looks through 256 places for two records
              .loopIterationsBeforeThreadSwitch(300)
              .iterations(30)
              .invocationsPerIteration(300));
    } else {
      check(new StressOptions().iterations(10).invocationsPerIteration(1_000));
    }
  }

  private static <O extends Options<O, ?>> void check(Options<O, ?> options) {
    options
        .threads(3)
        .actorsPerThread(2)
        .actorsBefore(1)
        .actorsAfter(1)
        .minimizeFailedScenario(false)
        // On a busy machine, the default limit reports a slow run as a hang.
        .invocationTimeout$lincheck(120_000)
        .sequentialSpecification(Specification.class)
        .check(Core.class);
  }

  /** Operations whose answers reveal the order in which they took effect. */
  public static class Core {
    private final History history = new History(1, 0);
    private final ReentrantLock writing = new ReentrantLock();

    private String write(List<String> deleted, List<String> put) {
      StringBuilder answer = new StringBuilder();
      writing.lock();
      try {
        Batch batch = new Batch(history, Instant.EPOCH, 2);
        for (String type : deleted) {
          Table table = history.tables.get(type);
          StoredRecord gone =
              table == null ? null : batch.delete(table, table.entries.get("k"), "k");
          answer.append(gone == null ? "" : type + gone.version());
        }
        for (String type : put) {
          Table table = history.table(type);
          StoredRecord stored =
              batch.put(table, table.entries.get("k"), "k", Bytes.EMPTY, Map.of());
          answer.append(type).append(stored.version());
        }
        batch.commit();
        batch.abandon();
      } finally {
        writing.unlock();
      }
      return answer.toString();
    }

    private long version(String type) {
      StoredRecord found = history.get(type, "k");
      return found == null ? 0 : found.version();
    }

    @Operation
    public String putBoth() {
      return write(List.of(), List.of("a", "b"));
    }

    @Operation
    public String deleteBoth() {
      return write(List.of("a", "b"), List.of());
    }

    @Operation
    public String moveToB() {
      return write(List.of("a"), List.of("b"));
    }

    @Operation
    public long getA() {
      return version("a");
    }

    @Operation
    public long getB() {
      return version("b");
    }

    @Operation
    public String listTypes() {
      return history.commit.types().toString();
    }

    @Operation
    public String snapshot() {
      History.Frozen frozen = history.freeze();
      StringBuilder answer = new StringBuilder().append(frozen.commit().version()).append(':');
      Base.records(frozen.bases())
          .forEachRemaining(r -> answer.append(r.type()).append(r.version()));
      return answer.toString();
    }
  }

  /** Sequential specification. */
  public static class Specification {
    private final TreeMap<String, Long> live = new TreeMap<>();
    private long version;

    private String put(String type) {
      live.put(type, ++version);
      return type + version;
    }

    private String delete(String type) {
      return live.remove(type) == null ? "" : type + ++version;
    }

    public String putBoth() {
      return put("a") + put("b");
    }

    public String deleteBoth() {
      return delete("a") + delete("b");
    }

    public String moveToB() {
      return delete("a") + put("b");
    }

    public long getA() {
      return live.getOrDefault("a", 0L);
    }

    public long getB() {
      return live.getOrDefault("b", 0L);
    }

    public String listTypes() {
      return live.keySet().toString();
    }

    public String snapshot() {
      StringBuilder answer = new StringBuilder().append(version).append(':');
      live.forEach((type, last) -> answer.append(type).append(last));
      return answer.toString();
    }
  }
}

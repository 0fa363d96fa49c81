package io.databroker.tck.chapters;

import io.databroker.api.Backend;
import io.databroker.api.Bytes;
import io.databroker.api.FieldExtractor;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import io.databroker.tck.engine.Bench;
import io.databroker.tck.engine.KitThreads;
import io.databroker.tck.engine.Signal;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;

/**
 * Write that is held in the extraction function, on a backend of its own, until it is released.
 *
 * <p><b>Thread-safety:</b> none.
 */
final class HeldWrite implements AutoCloseable {
  private final Bench bench;
  private final CountDownLatch released;
  private final Backend backend;
  private final Thread writer;

  /** Begins a write of the record ("t", "1"), and returns when it is held. */
  HeldWrite(Bench bench) {
    this(bench, backend -> {});
  }

  /** Prepares the backend, begins that write, and returns when it is held. */
  HeldWrite(Bench bench, Consumer<Backend> preparation) {
    this.bench = bench;
    this.released = new CountDownLatch(1);
    Signal asked = new Signal(bench.tuning.patience());
    this.backend = bench.open(1, bench.context().withExtractor(new Holding(asked, released)));
    preparation.accept(backend);
    backend.setOptions("t", TypeOptions.NONE.withIndexedFields("colour"));
    this.writer =
        KitThreads.start("writer", () -> backend.put(List.of(Write.put("t", "1", Bytes.EMPTY))));
    asked.await("the extraction function of a write");
  }

  Backend backend() {
    return backend;
  }

  /** Releases the write, and waits for its end. */
  @Override
  public void close() {
    released.countDown();
    try {
      writer.join(bench.tuning.patience().toMillis());
    } catch (InterruptedException ended) {
      Thread.currentThread().interrupt();
    }
  }

  /** Extraction function that blocks the write that called it. */
  private record Holding(Signal asked, CountDownLatch released) implements FieldExtractor {
    @Override
    public String fingerprint() {
      return "holding";
    }

    @Override
    public Map<String, String> extract(String type, Bytes payload, List<String> fields) {
      asked.run();
      try {
        released.await();
      } catch (InterruptedException ended) {
        Thread.currentThread().interrupt();
      }
      return Map.of();
    }
  }
}

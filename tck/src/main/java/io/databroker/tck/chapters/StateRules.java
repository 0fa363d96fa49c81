package io.databroker.tck.chapters;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.databroker.api.Backend;
import io.databroker.api.BackendState;
import io.databroker.api.Bytes;
import io.databroker.api.Condition;
import io.databroker.api.ConditionFailedException;
import io.databroker.api.FieldExtractor;
import io.databroker.api.TypeOptions;
import io.databroker.tck.contract.Rule;
import io.databroker.tck.engine.Signal;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/**
 * The state that a backend reports.
 *
 * <p><b>Thread-safety:</b> none; JUnit uses each instance by one thread.
 */
abstract class StateRules extends Chapter {
  StateRules() {}

  private void assertTakesWrites() {
    BackendState state = backend().state();
    assertTrue(state.takesWrites(), () -> "a backend that takes writes answers " + state);
    put("t", "1");
  }

  @Test
  @Rule("STATE-1")
  void aBackendThatTakesWritesSaysSo() {
    assertEquals(BackendState.SERVING, backend().state(), "a new backend");
    assertTakesWrites();
    failsWith(
        ConditionFailedException.class,
        () -> backend().put(List.of(write("t", "1", "").when(Condition.ABSENT))));
    assertTakesWrites();
    backend().clear();
    assertTakesWrites();
    reopen();
    assertTakesWrites();
  }

  @Test
  @Rule("STATE-1")
  void itMayBeAskedAfterClose() {
    Backend backend = backend();
    backend.close();
    assertNotNull(backend.state());
  }

  /** Extraction function that blocks the write that called it. */
  private record Stuck(Signal asked, CountDownLatch released) implements FieldExtractor {
    @Override
    public String fingerprint() {
      return "stuck";
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

  @Test
  @Rule("STATE-1")
  void itNeverWaitsForAWriter() throws InterruptedException {
    Signal asked = new Signal(bench.tuning.patience());
    CountDownLatch released = new CountDownLatch(1);
    Backend backend = bench.open(1, bench.context().withExtractor(new Stuck(asked, released)));
    backend.setOptions("t", TypeOptions.NONE.withIndexedFields("colour"));
    Thread writer = new Thread(() -> backend.put(List.of(write("t", "1", ""))), "tck-writer");
    writer.setDaemon(true);
    writer.start();
    try {
      asked.await("the extraction function of a write");
      inTime("a state that is asked for while a write runs", backend::state);
    } finally {
      released.countDown();
    }
    writer.join(bench.tuning.patience().toMillis());
    assertTrue(backend.state().takesWrites());
  }
}

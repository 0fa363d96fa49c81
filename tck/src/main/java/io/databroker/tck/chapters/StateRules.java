package io.databroker.tck.chapters;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.databroker.api.Backend;
import io.databroker.api.BackendState;
import io.databroker.api.Condition;
import io.databroker.api.ConditionFailedException;
import io.databroker.tck.contract.Rule;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The state that a backend reports.
 *
 * <p><b>Thread-safety:</b> none; JUnit uses each instance on one thread.
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

  @Test
  @Rule("STATE-1")
  void itNeverWaitsForAWriter() {
    HeldWrite held = new HeldWrite(bench);
    try (held) {
      inTime("a state that is asked for while a write runs", held.backend()::state);
    }
    assertTrue(held.backend().state().takesWrites());
  }
}

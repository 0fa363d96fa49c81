package io.databroker.tck.chapters;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.databroker.api.Condition;
import io.databroker.api.DatabrokerException;
import io.databroker.api.OutcomeUnknownException;
import io.databroker.api.Position;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.UnavailableException;
import io.databroker.tck.contract.Rule;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/**
 * Errors.
 *
 * <p><b>Thread-safety:</b> none; JUnit uses each instance by one thread.
 */
abstract class ErrorRules extends Chapter {
  ErrorRules() {}

  @Test
  @Rule("ERR-1")
  void everyErrorHasAStableIdWithWhichItsMessageBegins() {
    backend().setOptions("t", TypeOptions.NONE.withIndexedFields("colour"));
    put("t", "1");
    Position end = end();
    List<Executable> calls =
        List.of(
            () -> put(write("t", "1", "").when(Condition.ABSENT)),
            () -> put(write("", "1", "")),
            () -> put(write("t", "2", "refuse")),
            () -> backend().changes(new Position(end.serverVersion(), 9), null),
            () -> backend().changes(new Position(end.serverVersion() + 1, 0), null));
    for (Executable call : calls) {
      DatabrokerException error = failsWith(DatabrokerException.class, call);
      assertNotNull(error.getMessage());
      assertTrue(error.getMessage().startsWith(error.id().label() + ": "), error.getMessage());
    }
  }

  @Test
  @Rule("ERR-4")
  void anInterruptLeavesNoCallHalfDoneAndItsFlagSet() {
    Thread.currentThread().interrupt();
    boolean flag;
    StoredRecord stored = null;
    try {
      stored = put(write("t", "1", ""), write("u", "1", "")).get(0);
    } catch (UnavailableException | OutcomeUnknownException permitted) {
      // A call that waits for its engine may end early.
    } finally {
      flag = Thread.interrupted();
    }
    assertTrue(flag, "the interrupt flag stays set");
    if (stored != null) {
      assertEquals(stored, backend().get("t", "1"));
    }
    assertEquals(backend().get("t", "1") == null, backend().get("u", "1") == null, "whole or not");
    put("t", "2");
    assertNotNull(backend().get("t", "2"));
    assertFalse(Thread.currentThread().isInterrupted());
  }
}

package io.databroker.tck.chapters;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.databroker.api.Capability;
import io.databroker.api.ChangeFeed;
import io.databroker.api.Condition;
import io.databroker.api.DatabrokerException;
import io.databroker.api.OutcomeUnknownException;
import io.databroker.api.Position;
import io.databroker.api.Selection;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.UnavailableException;
import io.databroker.tck.contract.Needs;
import io.databroker.tck.contract.Rule;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/**
 * Errors.
 *
 * <p><b>Thread-safety:</b> none; JUnit uses each instance on one thread.
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

  /** An engine that is asked over a network may fail after an interrupt; the others may not. */
  @Test
  @Needs(Capability.TURNABLE_CLOCK)
  @Rule({"ERR-4", "FEED-1"})
  void anInterruptedCallerGetsTheRightAnswers() {
    StoredRecord first = put("t", "1");
    Position begin = begin();
    ChangeFeed feed = backend().changes(begin, "t");
    Map<String, Supplier<@Nullable Object>> calls = new LinkedHashMap<>();
    calls.put("poll", () -> said(feed).records());
    calls.put("get", () -> backend().get("t", "1"));
    calls.put("listTypes", backend()::listTypes);
    calls.put("options", backend()::options);
    calls.put("snapshot", () -> List.copyOf(records(Selection.all())));
    calls.put("latest", () -> backend().versions().latest());
    calls.put("lease", () -> acquired("a", span()).name());
    calls.put("feed", () -> changes(begin));
    Map<String, Object> expected =
        Map.of(
            "poll", List.of(first),
            "get", first,
            "listTypes", List.of("t"),
            "options", Map.of(),
            "snapshot", List.of(first),
            "latest", 1L,
            "lease", "a",
            "feed", List.of(first));
    calls.forEach(
        (name, call) -> {
          Thread.currentThread().interrupt();
          Object answer;
          boolean flag;
          try {
            answer = call.get();
          } finally {
            flag = Thread.interrupted();
          }
          assertEquals(expected.get(name), answer, () -> name + " on an interrupted thread");
          assertTrue(flag, () -> "the interrupt flag stays set after " + name);
        });
    feed.close();
  }
}

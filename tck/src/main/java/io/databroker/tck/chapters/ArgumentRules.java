package io.databroker.tck.chapters;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.databroker.api.FieldValue;
import io.databroker.api.InvalidArgumentException;
import io.databroker.api.Selection;
import io.databroker.api.TypeOptions;
import io.databroker.api.Versions;
import io.databroker.api.Write;
import io.databroker.tck.contract.Rule;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/**
 * Bad input, which {@link io.databroker.api.CheckedBackend} in front of the backend rejects.
 *
 * <p><b>Thread-safety:</b> none; JUnit uses each instance on one thread.
 */
@SuppressWarnings("NullAway") // passes null on purpose
abstract class ArgumentRules extends Chapter {
  ArgumentRules() {}

  @Test
  @Rule({"ARG-1", "ARG-2"})
  void badInputIsRefusedBeforeAnythingChanges() {
    put("t", "1");
    Versions before = backend().versions();
    Map<String, Executable> calls = new LinkedHashMap<>();
    for (String bad : new String[] {null, "", "a\u0000b", "\ud800", "x\udc00"}) {
      calls.put("put type " + bad, () -> put(write("t", "2", ""), write(bad, "1", "")));
      calls.put("put id " + bad, () -> put(write("t", "2", ""), write("t", bad, "")));
      calls.put("delete " + bad, () -> put(write("t", "2", ""), delete("t", bad)));
      calls.put("snapshot " + bad, () -> backend().snapshot(Selection.ofType(bad)));
      calls.put(
          "look-up " + bad,
          () -> backend().snapshot(Selection.where("t", new FieldValue(bad, "v"))));
      calls.put("options " + bad, () -> backend().setOptions(bad, TypeOptions.NONE));
      calls.put(
          "indexed field " + bad,
          () -> backend().setOptions("t", TypeOptions.NONE.withIndexedFields("ok", bad)));
      if (bad == null) {
        calls.put("get", () -> backend().get(null, "1"));
        calls.put("get id", () -> backend().get("t", null));
        calls.put("term", () -> backend().snapshot(Selection.where("t", (FieldValue) null)));
      }
      calls.put("lease " + bad, () -> backend().acquireLease(bad, span()));
      calls.put("renewal " + bad, () -> backend().renewLease(bad, 1, span()));
      calls.put("release " + bad, () -> backend().releaseLease(bad, 1));
      if (bad != null) {
        calls.put("feed " + bad, () -> backend().changes(before.begin(), bad));
      }
    }
    calls.put("no batch", () -> backend().put(null));
    calls.put("empty batch", () -> backend().put(List.of()));
    calls.put("null in a batch", () -> backend().put(Arrays.asList(write("t", "2", ""), null)));
    calls.put("no payload", () -> put(Write.put("t", "2", null)));
    calls.put("no condition", () -> put(write("t", "2", "").when(null)));
    calls.put("no selection", () -> backend().snapshot(null));
    calls.put("no position", () -> backend().changes(null, "t"));
    calls.put("no options", () -> backend().setOptions("t", null));
    calls.put("no checkpoint", () -> backend().setCheckpoint(null));
    calls.put("no duration", () -> backend().acquireLease("a", null));
    calls.put("zero duration", () -> backend().acquireLease("a", Duration.ZERO));
    calls.put("negative renewal", () -> backend().renewLease("a", 1, Duration.ofNanos(-1)));
    calls.put("zero TTL", () -> TypeOptions.NONE.withTtl(Duration.ZERO));
    calls.put("no time", () -> backend().trim(null));
    calls.put("a time before 1970", () -> backend().trim(Instant.EPOCH.minusNanos(1)));
    calls.forEach(
        (what, call) -> {
          InvalidArgumentException refusal = failsWith(InvalidArgumentException.class, call);
          assertNotNull(refusal.argument(), what);
          assertNotNull(refusal.value(), what);
        });
    assertEquals(before, backend().versions());
    assertEquals(setOf("1"), ids("t"));
    assertEquals(Map.of(), backend().options());
    assertNotNull(backend().acquireLease("a", span()));
  }

  @Test
  @Rule("ARG-3")
  void changingTheListAfterTheCallChangesNothing() {
    List<Write> batch = new ArrayList<>(List.of(write("t", "1", "a"), write("t", "2", "b")));
    var answer = backend().put(batch);
    batch.set(0, write("t", "9", "c"));
    batch.clear();
    assertEquals(2, answer.records().size());
    assertEquals(setOf("1", "2"), ids("t"));
    assertEquals(answer.records(), changes(begin()));
  }
}

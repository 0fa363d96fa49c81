package io.databroker.tck.chapters;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.databroker.api.TypeOptions;
import io.databroker.api.Versions;
import io.databroker.tck.contract.Rule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Options in general.
 *
 * <p><b>Thread-safety:</b> none; JUnit uses each instance on one thread.
 */
abstract class OptionRules extends Chapter {
  private static final TypeOptions FULL =
      new TypeOptions(7L, Duration.ofNanos(1_234_567_891), List.of("b", "a", "b.c"));

  OptionRules() {}

  @Test
  @Rule("OPT-1")
  void optionsAreReplacedWholeAndReadBackExactly() {
    assertEquals(Map.of(), backend().options());
    List<TypeOptions> various =
        List.of(
            FULL,
            TypeOptions.NONE.withCapacity(0),
            TypeOptions.NONE.withCapacity(-1),
            TypeOptions.NONE.withTtl(Duration.ofDays(36_500)),
            TypeOptions.NONE.withTtl(Duration.ofNanos(1)),
            TypeOptions.NONE.withIndexedFields("only"),
            FULL.withIndexedFields());
    for (TypeOptions options : various) {
      backend().setOptions("t", options);
      assertEquals(Map.of("t", options), backend().options());
    }
    backend().setOptions("t", TypeOptions.NONE);
    assertEquals(Map.of(), backend().options());
  }

  @Test
  @Rule("OPT-1")
  void theOptionsAreAnUnmodifiableMapInCodePointOrderThatNeverChanges() {
    List<String> order = List.of("A", "a", "b", "\uff5e", "\ud83d\ude00");
    for (String type : List.of("\ud83d\ude00", "b", "\uff5e", "A", "a")) {
      backend().setOptions(type, FULL);
    }
    Map<String, TypeOptions> held = backend().options();
    assertEquals(order, new ArrayList<>(held.keySet()));
    assertThrows(UnsupportedOperationException.class, () -> held.remove("a"));
    assertThrows(UnsupportedOperationException.class, () -> held.put("c", FULL));
    assertThrows(UnsupportedOperationException.class, () -> held.keySet().remove("a"));
    backend().setOptions("a", TypeOptions.NONE);
    capacity("b", 1);
    assertEquals(order, new ArrayList<>(held.keySet()));
    assertEquals(FULL, held.get("b"));
  }

  @Test
  @Rule("OPT-2")
  void optionsConcernTheirTypeAlone() {
    capacity("a", 1);
    backend().setOptions("b", TypeOptions.NONE.withTtl(span()));
    putEach("a", "1", "2");
    putEach("aa", "1", "2");
    putEach("b", "1");
    putEach("c", "1", "2");
    pass(span().multipliedBy(2));
    backend().expire();
    assertEquals(setOf("2"), ids("a"));
    assertEquals(setOf("1", "2"), ids("aa"));
    assertEquals(setOf(), ids("b"));
    assertEquals(setOf("1", "2"), ids("c"));
    backend().setOptions("c", TypeOptions.NONE);
    assertEquals(2, backend().options().size());
  }

  @Test
  @Rule("OPT-2")
  void optionsOutliveTheLastRecordOfTheirType() {
    capacity("t", 1);
    putEach("t", "1");
    put(delete("t", "1"));
    assertEquals(Map.of("t", TypeOptions.NONE.withCapacity(1)), backend().options());
    putEach("t", "2", "3");
    assertEquals(setOf("3"), ids("t"));
  }

  @Test
  @Rule("OPT-3")
  void settingOptionsTakesNoVersionButEvictionDoes() {
    putEach("t", "1", "2");
    Versions before = backend().versions();
    backend().setOptions("t", FULL);
    backend().setOptions("u", FULL);
    backend().setOptions("u", TypeOptions.NONE);
    assertEquals(before, backend().versions(), "options that evict nothing take no version");
    assertEquals(2, changes(before.begin()).size(), "the two puts");
    capacity("t", 1);
    assertEquals(3, backend().versions().latest(), "the eviction by the options takes version 3");
    assertEquals(3, changes(before.begin()).size(), "two puts, and the eviction by the options");
  }
}

package io.databroker.tck.chapters;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.databroker.api.CodePointOrder;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import io.databroker.tck.contract.Rule;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * ListTypes.
 *
 * <p><b>Thread-safety:</b> none; JUnit uses each instance on one thread.
 */
abstract class ListTypesRules extends Chapter {
  ListTypesRules() {}

  @Test
  @Rule("LIST-1")
  void aTypeIsListedWhileItHasARecord() {
    assertEquals(List.of(), backend().listTypes());
    put(write("b", "1", ""), write("a", "1", ""), write("b", "2", ""));
    assertEquals(List.of("a", "b"), backend().listTypes());
    put(delete("b", "1"));
    assertEquals(List.of("a", "b"), backend().listTypes());
    put(delete("b", "2"), write("c", "1", ""));
    assertEquals(List.of("a", "c"), backend().listTypes());
    put(write("d", "1", ""), delete("d", "1"), delete("a", "1"), write("a", "1", ""));
    assertEquals(List.of("a", "c"), backend().listTypes());
    put(delete("e", "never"));
    assertEquals(List.of("a", "c"), backend().listTypes());
    backend().clear();
    assertEquals(List.of(), backend().listTypes());
  }

  @Test
  @Rule("LIST-1")
  void aTypeThatEvictionEmptiedIsNotListed() {
    put(write("a", "1", ""), write("b", "1", ""));
    capacity("a", 0);
    assertEquals(List.of("b"), backend().listTypes());
    put(write("a", "2", ""));
    assertEquals(List.of("b"), backend().listTypes());
    backend().setOptions("a", TypeOptions.NONE);
    assertEquals(List.of("b"), backend().listTypes());
    put(write("a", "3", ""));
    assertEquals(List.of("a", "b"), backend().listTypes());
  }

  @Test
  @Rule("LIST-1")
  void aTypeThatExpiryEmptiedIsNotListed() {
    backend().setOptions("a", TypeOptions.NONE.withTtl(span()));
    put(write("a", "1", ""), write("b", "1", ""));
    pass(span().multipliedBy(2));
    backend().expire();
    assertEquals(List.of("b"), backend().listTypes());
  }

  @Test
  @Rule("LIST-1")
  void aTypeWithOptionsAloneIsNotListed() {
    capacity("a", 5);
    assertEquals(List.of(), backend().listTypes());
  }

  @Test
  @Rule("LIST-2")
  void theTypesAreSortedByCodePoint() {
    List<String> names =
        new ArrayList<>(
            List.of(
                "b",
                "a",
                "aa",
                "a b",
                "B",
                "Z",
                "z",
                "\u00e9",
                "e",
                "f",
                "\uff5e",
                "\ud83d\ude00",
                "\ud800\udc00",
                "\ue000",
                "10",
                "9",
                "~",
                "-",
                "\u0130",
                "\u0131"));
    List<Write> batch = new ArrayList<>();
    names.forEach(name -> batch.add(write(name, "1", "")));
    names.sort(CodePointOrder.INSTANCE);
    backend().put(batch);
    assertEquals(names, backend().listTypes());
    put(delete("\uff5e", "1"));
    names.remove("\uff5e");
    assertEquals(names, backend().listTypes());
    put(write("\uff5e", "1", ""));
    assertEquals(names.size() + 1, backend().listTypes().size());
  }

  @Test
  @Rule("LIST-3")
  void theListIsUnmodifiable() {
    put(write("b", "1", ""), write("a", "1", ""));
    List<String> types = backend().listTypes();
    assertThrows(UnsupportedOperationException.class, () -> types.add("c"));
    assertThrows(UnsupportedOperationException.class, () -> types.remove("a"));
    assertThrows(UnsupportedOperationException.class, () -> types.set(0, "c"));
    assertThrows(UnsupportedOperationException.class, types::clear);
    assertThrows(
        UnsupportedOperationException.class, () -> Collections.swap(types, 0, 1), "sorting it");
    assertEquals(List.of("a", "b"), backend().listTypes());
  }

  @Test
  @Rule("LIST-3")
  void theListNeverChangesAfterItWasHandedOut() {
    put(write("b", "1", ""), write("c", "1", ""));
    List<String> types = backend().listTypes();
    put(write("a", "1", ""), delete("b", "1"));
    backend().listTypes();
    assertEquals(List.of("b", "c"), types);
    backend().clear();
    backend().listTypes();
    assertEquals(List.of("b", "c"), types);
  }
}

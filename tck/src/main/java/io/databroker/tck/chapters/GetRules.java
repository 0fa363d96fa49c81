package io.databroker.tck.chapters;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.databroker.api.StoredRecord;
import io.databroker.tck.contract.Rule;
import org.junit.jupiter.api.Test;

/**
 * Get.
 *
 * <p><b>Thread-safety:</b> none; JUnit uses each instance on one thread.
 */
abstract class GetRules extends Chapter {
  GetRules() {}

  @Test
  @Rule("GET-1")
  void getAnswersTheLiveRecordOrNull() {
    assertNull(backend().get("t", "1"));
    StoredRecord first = put("t", "1");
    assertEquals(first, backend().get("t", "1"));
    StoredRecord second = put("t", "1");
    assertEquals(second, backend().get("t", "1"));
    assertNull(backend().get("t", "2"));
    assertNull(backend().get("t", "11"));
    assertNull(backend().get("T", "1"));
    assertNull(backend().get("1", "t"));
    put(delete("t", "1"));
    assertNull(backend().get("t", "1"));
  }

  @Test
  @Rule("GET-1")
  void whatWasHandedOutDoesNotChange() {
    StoredRecord first = put(write("t", "1", "first")).get(0);
    StoredRecord held = backend().get("t", "1");
    put(write("t", "1", "other"));
    put(delete("t", "1"));
    assertEquals(first, held);
  }

  @Test
  @Rule("GET-2")
  void aKeyThatCannotBeStoredIsNeverTakenForAnother() {
    for (String look : new String[] {"?", "\ufffd", "\ud83d\ude00", "a", "ab", "\u0001"}) {
      put(write(look, "a", ""), write("a", look, ""));
    }
    String[] never = {"\ud83d", "\ude00", "\ude00\ud83d", "a\u0000b", "a\u0000"};
    for (String bad : never) {
      assertNull(backend().get(bad, "a"), "the record of a type that cannot be stored");
      assertNull(backend().get("a", bad), "the record of an id that cannot be stored");
    }
    String longest = "x".repeat(bench.limits().idBytes());
    put("t", longest);
    assertNull(backend().get("t", longest + "x"), "the record of an id over the limit");
    assertNull(backend().get("", "a"), "the record of the empty type");
    assertNull(backend().get("a", ""), "the record of the empty id");
  }
}

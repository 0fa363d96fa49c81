package io.databroker.tck.chapters;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.databroker.api.Condition;
import io.databroker.api.ConditionFailedException;
import io.databroker.api.StoredRecord;
import io.databroker.api.Versions;
import io.databroker.tck.contract.Rule;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The conditions of put.
 *
 * <p><b>Thread-safety:</b> none; JUnit uses each instance on one thread.
 */
abstract class ConditionRules extends Chapter {
  ConditionRules() {}

  @Test
  @Rule("PUT-4")
  void absentHoldsOfWhatIsNotThereAlone() {
    StoredRecord first = put(write("t", "1", "").when(Condition.ABSENT)).get(0);
    failsWith(
        ConditionFailedException.class, () -> put(write("t", "1", "").when(Condition.ABSENT)));
    assertEquals(first, backend().get("t", "1"));
    put(delete("t", "1"));
    put(write("t", "1", "again").when(Condition.ABSENT));
    assertNotNull(backend().get("t", "1"));
  }

  @Test
  @Rule("PUT-4")
  void aVersionHoldsOfThatVersionAlone() {
    long first = put("t", "1").version();
    long second = put(write("t", "1", "").when(Condition.version(first))).get(0).version();
    for (long wrong : new long[] {0, first, second + 1, -1, second + (1L << 32)}) {
      failsWith(
          ConditionFailedException.class,
          () -> put(write("t", "1", "").when(Condition.version(wrong))));
    }
    put(delete("t", "1").when(Condition.version(second)));
    assertNull(backend().get("t", "1"));
  }

  @Test
  @Rule("PUT-4")
  void noVersionEverHoldsOfAnAbsentRecordNotEvenZero() {
    put("t", "1");
    long deleted = put(delete("t", "1")).get(0).version();
    for (long version : new long[] {0, deleted, deleted - 1}) {
      failsWith(
          ConditionFailedException.class,
          () -> put(write("t", "1", "").when(Condition.version(version))));
      failsWith(
          ConditionFailedException.class,
          () -> put(delete("t", "never").when(Condition.version(version))));
    }
    assertEquals(2, backend().versions().latest());
  }

  @Test
  @Rule("PUT-4")
  void noneHoldsOfEverything() {
    put(write("t", "1", "").when(Condition.NONE));
    put(write("t", "1", "").when(Condition.NONE));
    put(delete("t", "1").when(Condition.NONE), delete("t", "1").when(Condition.NONE));
    assertEquals(3, backend().versions().latest());
  }

  @Test
  @Rule("PUT-4")
  void conditionsAreJudgedAgainstWhatWasThereBeforeTheBatch() {
    long before = put("t", "1").version();
    put(
        delete("t", "1"),
        write("t", "1", "a").when(Condition.version(before)),
        write("t", "1", "b").when(Condition.version(before)),
        write("t", "2", "a").when(Condition.ABSENT),
        write("t", "2", "b").when(Condition.ABSENT));
    assertEquals("b", found("t", "1").payload().toUtf8());
    assertEquals("b", found("t", "2").payload().toUtf8());
    failsWith(
        ConditionFailedException.class,
        () -> put(delete("t", "1"), write("t", "1", "").when(Condition.ABSENT)));
    failsWith(
        ConditionFailedException.class,
        () -> put(write("t", "3", ""), write("t", "3", "").when(Condition.version(7))));
  }

  @Test
  @Rule("PUT-5")
  void theErrorNamesTheFirstWriteThatDidNotHold() {
    StoredRecord live = put("t", "1");
    Versions before = backend().versions();
    ConditionFailedException error =
        failsWith(
            ConditionFailedException.class,
            () ->
                put(
                    write("t", "9", "").when(Condition.ABSENT),
                    write("t", "1", "").when(Condition.version(77)),
                    write("t", "1", "").when(Condition.ABSENT),
                    write("u", "1", "").when(Condition.version(1))));
    assertEquals(1, error.index());
    assertEquals("t", error.type());
    assertEquals("1", error.recordId());
    assertEquals(Condition.version(77), error.expected());
    assertEquals(live.version(), error.found());
    assertEquals(before, backend().versions());
    assertEquals(live, backend().get("t", "1"));
    assertNull(backend().get("t", "9"));
    assertEquals(List.of("t"), backend().listTypes());
  }

  @Test
  @Rule("PUT-5")
  void theErrorTellsOfAnAbsentRecordAsZero() {
    put("t", "1");
    put(delete("t", "1"));
    ConditionFailedException error =
        failsWith(
            ConditionFailedException.class,
            () -> put(write("t", "2", ""), delete("t", "1").when(Condition.version(1))));
    assertEquals(1, error.index());
    assertEquals(0, error.found());
  }
}

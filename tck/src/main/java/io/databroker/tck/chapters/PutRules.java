package io.databroker.tck.chapters;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.databroker.api.Bytes;
import io.databroker.api.Capability;
import io.databroker.api.Changes;
import io.databroker.api.Condition;
import io.databroker.api.ConditionFailedException;
import io.databroker.api.InvalidArgumentException;
import io.databroker.api.PutResult;
import io.databroker.api.Selection;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Versions;
import io.databroker.api.Write;
import io.databroker.tck.contract.Needs;
import io.databroker.tck.contract.Rule;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Put, without its conditions.
 *
 * <p><b>Thread-safety:</b> none; JUnit uses each instance on one thread.
 */
abstract class PutRules extends Chapter {
  PutRules() {}

  @Test
  @Rule("PUT-1")
  void aBatchThatFailsLeavesNothing() {
    put("t", "1");
    Versions before = backend().versions();
    Set<StoredRecord> records = records(Selection.all());
    failsWith(
        ConditionFailedException.class,
        () ->
            put(
                write("new", "1", ""),
                delete("t", "1"),
                write("t", "2", "").when(Condition.version(1)),
                write("u", "1", "")));
    assertEquals(before, backend().versions());
    assertEquals(records, records(Selection.all()));
    assertEquals(List.of("t"), backend().listTypes());
    assertEquals(1, changes(before.begin()).size());
  }

  @Test
  @Rule("PUT-2")
  void aBatchIsOneAnswerOfTheFeed() {
    put("a", "0");
    List<StoredRecord> batch =
        put(write("a", "1", "x"), write("b", "1", "y"), delete("a", "0"), write("b", "2", "z"));
    List<Changes> told = feed(begin(), null);
    assertEquals(2, told.size());
    assertEquals(batch, told.get(1).records());
  }

  @Test
  @Rule("PUT-3")
  void theSameKeyTwiceIsAppliedInOrder() {
    List<StoredRecord> answers =
        put(
            write("t", "1", "first"),
            write("t", "1", "second"),
            delete("t", "1"),
            write("t", "1", "third"),
            write("u", "1", ""),
            delete("u", "1"));
    assertEquals(
        List.of(1L, 2L, 3L, 4L, 5L, 6L), answers.stream().map(StoredRecord::version).toList());
    assertEquals(answers.get(3), backend().get("t", "1"));
    assertNull(backend().get("u", "1"));
    assertEquals(answers, changes(begin()));
    assertEquals(
        Bytes.utf8("second"), answers.get(2).payload(), "the last payload, as the delete found it");
    assertEquals(List.of("t"), backend().listTypes());
  }

  @Test
  @Rule("PUT-6")
  void deletingWhatIsAbsentDoesNothing() {
    put("t", "1");
    put(delete("t", "1"));
    Versions before = backend().versions();
    put(delete("t", "1"), delete("never", "there"));
    assertEquals(before, backend().versions());
    assertEquals(2, changes(before.begin()).size());
    StoredRecord next = put(delete("t", "1"), write("t", "2", "")).get(1);
    assertEquals(3, next.version());
    assertEquals(List.of("t"), backend().listTypes());
  }

  @Test
  @Rule("PUT-7")
  void aDeleteTakesAVersionAndTellsTheLastPayload() {
    put(write("t", "1", "old"));
    put(write("t", "1", "last"), write("t", "2", ""));
    pass(span());
    StoredRecord answer = put(delete("t", "1")).get(0);
    assertTrue(answer.deleted());
    assertEquals(4, answer.version());
    assertEquals(Bytes.utf8("last"), answer.payload());
    List<StoredRecord> told = changes(begin());
    assertEquals(answer, told.get(3));
    assertFalse(told.get(1).deleted(), "the put before it stays a put");
  }

  @Test
  @Rule("PUT-7")
  void aDeletedRecordIsNeverReturned() {
    backend().setOptions("t", TypeOptions.NONE.withIndexedFields("colour"));
    put(write("t", "1", "colour=red"), write("t", "2", "colour=red"));
    put(delete("t", "1"));
    assertNull(backend().get("t", "1"));
    assertEquals(setOf("2"), ids("t"));
    assertEquals(1, records(Selection.all()).size());
    put(delete("t", "2"));
    assertNull(backend().get("t", "2"));
    assertEquals(Set.of(), records(Selection.all()));
    assertEquals(List.of(), backend().listTypes());
  }

  @Test
  @Rule("PUT-8")
  void theAnswerHasTheLengthAndOrderOfTheBatch() {
    put(write("z", "1", "was"));
    PutResult result =
        backend()
            .put(
                List.of(
                    write("z", "2", "b"),
                    delete("a", "absent"),
                    write("a", "1", "a"),
                    delete("z", "1"),
                    write("m", "1", "")));
    assertEquals(backend().versions().serverVersion(), result.serverVersion());
    List<StoredRecord> records = result.records();
    Instant time = records.get(0).modifiedAt();
    assertEquals(
        List.of(
            new StoredRecord("z", "2", 2, Bytes.utf8("b"), time, false),
            new StoredRecord("a", "absent", 0, Bytes.EMPTY, records.get(1).modifiedAt(), true),
            new StoredRecord("a", "1", 3, Bytes.utf8("a"), time, false),
            new StoredRecord("z", "1", 4, Bytes.utf8("was"), time, true),
            new StoredRecord("m", "1", 5, Bytes.EMPTY, time, false)),
        records);
    assertEquals(records.get(2), backend().get("a", "1"));
  }

  @Test
  @Rule("PUT-9")
  @Needs(Capability.DURABLE)
  void whatWasVisibleIsThereAfterAReopen() {
    for (int i = 0; i < 20; i++) {
      StoredRecord stored = put("t", "" + i);
      reopen();
      assertEquals(stored, backend().get("t", "" + i));
    }
  }

  @Test
  @Rule("PUT-10")
  void aPayloadThatTheExtractionFunctionRefusesFailsItsBatch() {
    backend().setOptions("t", TypeOptions.NONE.withIndexedFields("colour"));
    put(write("t", "1", "colour=red"));
    Versions before = backend().versions();
    InvalidArgumentException refusal =
        failsWith(
            InvalidArgumentException.class,
            () -> put(write("t", "2", "colour=blue"), write("t", "3", "refuse this")));
    assertTrue(refusal.argument().contains("1"), "names the write by its place: batch[1]");
    assertEquals(before, backend().versions());
    assertNull(backend().get("t", "2"));
    assertEquals(setOf("1"), ids("t"));
  }

  @Test
  @Rule("PUT-11")
  void payloadsAreKeptByteForByte() {
    byte[] every = new byte[512];
    for (int i = 0; i < every.length; i++) {
      every[i] = (byte) i;
    }
    List<Bytes> payloads =
        List.of(Bytes.EMPTY, Bytes.copyOf(new byte[1]), Bytes.copyOf(every), Bytes.utf8(" \r\n "));
    for (int i = 0; i < payloads.size(); i++) {
      backend().put(List.of(Write.put("t", "" + i, payloads.get(i))));
    }
    List<StoredRecord> told = changes(begin());
    for (int i = 0; i < payloads.size(); i++) {
      StoredRecord found = backend().get("t", "" + i);
      assertEquals(payloads.get(i), found == null ? null : found.payload());
      assertEquals(payloads.get(i), told.get(i).payload());
    }
    assertEquals(payloads.size(), ids("t").size());
  }

  @Test
  @Rule("PUT-11")
  void anArrayThatChangesLaterChangesNothing() {
    byte[] mine = {1, 2, 3};
    backend().put(List.of(Write.put("t", "1", Bytes.copyOf(mine))));
    mine[0] = 9;
    found("t", "1").payload().toByteArray()[1] = 9;
    assertEquals(Bytes.copyOf(new byte[] {1, 2, 3}), found("t", "1").payload());
  }

  @Test
  @Rule("PUT-11")
  void typesAndIdsAreKeptCharacterForCharacter() {
    List<String> names =
        List.of(
            "a",
            "A",
            " a",
            "a ",
            "a/b",
            "a%2Fb",
            "a:b",
            "..",
            "\u00e9",
            "e\u0301",
            "\ufffd",
            "?",
            "\n",
            "\ud83d\ude00",
            "\uff5e",
            "\u0001",
            "a'; --",
            "%",
            "_",
            "\\");
    for (String name : names) {
      put(write(name, "id", "type " + name), write("ids", name, "id " + name));
    }
    for (String name : names) {
      assertEquals(Bytes.utf8("type " + name), found(name, "id").payload());
      assertEquals(Bytes.utf8("id " + name), found("ids", name).payload());
      assertEquals(setOf("id"), ids(name));
    }
    assertEquals(names.size() + 1, backend().listTypes().size());
    assertEquals(Set.copyOf(names), ids("ids"));
  }

  @Test
  @Rule("PUT-11")
  void aTypeAndAnIdAreNeverTakenForAnotherPair() {
    List<Write> batch = new ArrayList<>();
    for (String[] key : new String[][] {{"a", "bc"}, {"ab", "c"}, {"a/b", "c"}, {"a", "b/c"}}) {
      batch.add(write(key[0], key[1], key[0] + "," + key[1]));
    }
    backend().put(batch);
    for (Write write : batch) {
      assertEquals(
          Bytes.utf8(write.type() + "," + write.id()), found(write.type(), write.id()).payload());
    }
  }

  @Test
  @Rule("PUT-12")
  void theTimesOfABatchAreOneInstantOfTheCallCutToTheMicrosecond() {
    for (int i = 0; i < 5; i++) {
      Instant before = now();
      List<StoredRecord> batch = put(write("t", "1", ""), write("u", "1", ""), delete("t", "1"));
      Instant after = now();
      Instant time = batch.get(0).modifiedAt();
      assertEquals(time.truncatedTo(ChronoUnit.MICROS), time);
      assertEquals(
          List.of(time, time, time), batch.stream().map(StoredRecord::modifiedAt).toList());
      if (has(Capability.TURNABLE_CLOCK)) {
        assertEquals(before, time);
        assertEquals(after, time);
      }
      pass(span().dividedBy(7));
    }
  }

  @Test
  @Rule("PUT-12")
  @Needs(Capability.TURNABLE_CLOCK)
  void versionsRiseWhenTheClockStepsBack() {
    StoredRecord late = put("t", "1");
    bench.clock.set(bench.clock.instant().minusSeconds(3600));
    StoredRecord early = put("t", "2");
    assertTrue(early.version() > late.version());
    assertEquals(2, changes(begin()).size());
    assertEquals(early, backend().get("t", "2"));
  }
}

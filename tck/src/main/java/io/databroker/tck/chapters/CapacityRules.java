package io.databroker.tck.chapters;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.databroker.api.Condition;
import io.databroker.api.ConditionFailedException;
import io.databroker.api.FieldValue;
import io.databroker.api.Selection;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import io.databroker.tck.contract.Rule;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Capacity.
 *
 * <p><b>Thread-safety:</b> none; JUnit uses each instance on one thread.
 */
abstract class CapacityRules extends Chapter {
  CapacityRules() {}

  @Test
  @Rule("CAP-1")
  void theOldestWrittenAreEvicted() {
    capacity("t", 3);
    putEach("t", "1", "2", "3");
    assertEquals(setOf("1", "2", "3"), ids("t"));
    put("t", "4");
    assertEquals(setOf("2", "3", "4"), ids("t"));
    assertNull(backend().get("t", "1"));
    put(write("t", "5", ""), write("t", "6", ""), write("u", "1", ""));
    assertEquals(setOf("4", "5", "6"), ids("t"));
    put(delete("t", "5"));
    put("t", "7");
    assertEquals(setOf("4", "6", "7"), ids("t"));
  }

  @Test
  @Rule("CAP-1")
  void aCapacityOfZeroKeepsNone() {
    capacity("t", 0);
    StoredRecord answer = put(write("t", "1", "kept for no time"), write("u", "1", "")).get(0);
    assertFalse(answer.deleted());
    assertEquals(1, answer.version());
    assertNull(backend().get("t", "1"));
    assertEquals(setOf(), ids("t"));
    assertEquals(
        3,
        backend().versions().latest(),
        "1 and 2 are puts, 3 is the eviction of a put that 0 let in");
  }

  @Test
  @Rule("CAP-1")
  void aCapacityIsUnsigned() {
    for (long capacity : new long[] {-1, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 32, 1L << 31}) {
      capacity("t", capacity);
      putEach("t", "1", "2", "3");
      assertEquals(setOf("1", "2", "3"), ids("t"));
    }
  }

  @Test
  @Rule("CAP-1")
  void aBatchLargerThanTheCapacityKeepsItsLast() {
    capacity("t", 10);
    List<Write> batch = batch(300, i -> write("t", "" + i, ""));
    assertEquals(300, put(batch).size(), "an answer to each write");
    Set<String> last = new HashSet<>();
    batch.subList(290, 300).forEach(write -> last.add(write.id()));
    assertEquals(last, ids("t"));
    assertEquals(
        590, backend().versions().latest(), "300 puts, then 290 evictions, take a version each");
  }

  @Test
  @Rule("CAP-2")
  void evictionsAreDeletesBehindTheWritesOldestFirstOverAllTypes() {
    capacity("b", 1);
    capacity("a", 1);
    put(write("b", "old", "of b"));
    put(write("a", "old", "of a"));
    pass(span());
    put(write("a", "new", ""), write("b", "new", ""));
    List<StoredRecord> told = changes(begin());
    assertEquals(6, told.size(), () -> "four puts and two evictions, but told: " + told);
    assertEquals("b", told.get(4).type(), "b's was written before a's");
    assertEquals("a", told.get(5).type());
    assertTrue(told.get(4).deleted() && told.get(5).deleted());
    assertEquals("of b", told.get(4).payload().toUtf8());
    assertEquals(told.get(3).modifiedAt(), told.get(4).modifiedAt(), "of the same batch");
  }

  @Test
  @Rule("CAP-2")
  void aFollowerOfTheFeedArrivesAtTheSameRecords() {
    capacity("t", 2);
    for (int i = 0; i < 20; i++) {
      put(write("t", "" + i, ""), write("t", "" + i % 3, ""), write("u", "" + i % 5, ""));
    }
    Set<String> followed = new HashSet<>();
    for (StoredRecord change : changes(begin())) {
      String key = change.type() + change.id();
      boolean changed = change.deleted() ? followed.remove(key) : followed.add(key);
      assertTrue(changed || !change.deleted(), "the feed deletes a live record: " + change);
    }
    Set<String> live = new HashSet<>();
    ids("t").forEach(id -> live.add("t" + id));
    ids("u").forEach(id -> live.add("u" + id));
    assertEquals(live, followed, "the records by a snapshot, and by following the feed");
  }

  @Test
  @Rule("CAP-3")
  void aRewriteMakesARecordTheYoungest() {
    capacity("t", 2);
    putEach("t", "1", "2", "1", "3");
    assertEquals(setOf("1", "3"), ids("t"));
    putEach("t", "1");
    put(write("t", "4", ""), write("t", "3", ""));
    assertEquals(setOf("4", "3"), ids("t"));
    put(write("t", "3", ""), write("t", "5", ""));
    assertEquals(setOf("3", "5"), ids("t"));
  }

  @Test
  @Rule("CAP-3")
  void whatDecidesIsTheVersionAlsoAfterADeleteAndARewriteInABatch() {
    capacity("t", 2);
    put(write("t", "1", ""), write("t", "2", ""), write("t", "1", ""));
    put(delete("t", "2"));
    put(write("t", "2", ""));
    put("t", "3");
    assertEquals(setOf("2", "3"), ids("t"));
  }

  @Test
  @Rule("CAP-4")
  void aBatchMayEvictItsOwnWrites() {
    capacity("t", 1);
    List<StoredRecord> answers =
        put(write("t", "1", "a"), write("t", "2", "b"), write("t", "1", "c"), write("t", "3", "d"));
    assertEquals(List.of(1L, 2L, 3L, 4L), answers.stream().map(StoredRecord::version).toList());
    assertFalse(answers.get(1).deleted());
    assertEquals(setOf("3"), ids("t"));
    List<StoredRecord> told = changes(begin());
    assertEquals(6, told.size(), () -> "four puts and two evictions, but told: " + told);
    assertEquals(answers, told.subList(0, 4));
    assertEquals(List.of("2", "1"), told.subList(4, 6).stream().map(StoredRecord::id).toList());
    assertEquals("c", told.get(5).payload().toUtf8());
  }

  @Test
  @Rule("CAP-5")
  void loweringTheCapacityEvictsBeforeItReturns() {
    for (int i = 0; i < 50; i++) {
      put("t", "" + i);
    }
    put("t", "0");
    capacity("t", 3);
    assertEquals(setOf("48", "49", "0"), ids("t"));
    List<StoredRecord> told = changes(begin());
    assertEquals(
        51 + 47, told.size(), "51 puts, and 47 evictions when the capacity of 50 records became 3");
    for (int i = 0; i < 47; i++) {
      assertEquals("" + (i + 1), told.get(51 + i).id(), "oldest first");
      assertTrue(told.get(51 + i).deleted());
    }
    capacity("t", 5);
    assertEquals(setOf("48", "49", "0"), ids("t"));
    putEach("t", "a", "b", "c");
    assertEquals(setOf("49", "0", "a", "b", "c"), ids("t"));
  }

  @Test
  @Rule("CAP-3")
  void readsAndRefusedWritesMakeNoRecordYounger() {
    backend().setOptions("t", TypeOptions.NONE.withCapacity(3).withIndexedFields("colour"));
    put(write("t", "1", "colour=red"));
    putEach("t", "2", "3");
    found("t", "1");
    records(Selection.ofType("t"));
    records(Selection.where("t", new FieldValue("colour", "red")));
    changes(begin());
    failsWith(
        ConditionFailedException.class,
        () -> put(write("t", "1", ""), write("t", "1", "").when(Condition.ABSENT)));
    put("t", "4");
    assertEquals(setOf("2", "3", "4"), ids("t"), "the oldest written is evicted");
  }

  @Test
  @Rule("CAP-3")
  void writeOrderSurvivesATrim() {
    capacity("t", 3);
    putEach("t", "1", "2", "3", "1");
    pass(span());
    backend().trim(now());
    put("t", "4");
    assertEquals(setOf("3", "1", "4"), ids("t"));
  }
}

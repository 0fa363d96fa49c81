package io.databroker.tck.chapters;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.databroker.api.ClosedException;
import io.databroker.api.FieldValue;
import io.databroker.api.Selection;
import io.databroker.api.Snapshot;
import io.databroker.api.SnapshotExpiredException;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.tck.contract.Rule;
import io.databroker.tck.races.ClosingMeetings;
import io.databroker.tck.races.Encounters;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Snapshots.
 *
 * <p><b>Thread-safety:</b> none; JUnit uses each instance on one thread.
 */
abstract class SnapshotRules extends Chapter {
  /** Selections that each find all records of a store in which all have one type and one colour. */
  static final List<Selection> SELECTIONS =
      List.of(
          Selection.all(),
          Selection.ofType("t"),
          Selection.where("t", new FieldValue("colour", "red")));

  SnapshotRules() {}

  @Test
  @Rule("SNAP-1")
  void aSnapshotHoldsTheSelectedLiveRecordsOnce() {
    List<StoredRecord> a = put(write("a", "1", ""), write("a", "2", ""));
    put(write("b", "1", ""), write("ab", "1", ""), write("a", "3", ""));
    put(delete("a", "3"));
    StoredRecord b = put("b", "1");
    StoredRecord ab = backend().get("ab", "1");
    assertEquals(Set.of(a.get(0), a.get(1), b, ab), records(Selection.all()));
    assertEquals(Set.copyOf(a), records(Selection.ofType("a")));
    assertEquals(Set.of(b), records(Selection.ofType("b")));
  }

  @Test
  @Rule("SNAP-1")
  void aLargeSnapshotIsWhole() {
    Set<StoredRecord> stored = new HashSet<>();
    for (int i = 0; i < 5; i++) {
      String prefix = i + "-";
      stored.addAll(put(batch(500, j -> write("t" + j % 3, prefix + j, "payload " + j))));
    }
    assertEquals(stored, records(Selection.all()));
  }

  @Test
  @Rule("SNAP-2")
  void itsPositionAndOptionsAreThoseOfItsInstant() {
    capacity("t", 5);
    putEach("t", "1", "2");
    try (Snapshot snapshot = backend().snapshot(Selection.ofType("other"))) {
      put("t", "3");
      capacity("t", 2);
      assertEquals(2, snapshot.position().version());
      assertEquals(backend().versions().serverVersion(), snapshot.position().serverVersion());
      assertEquals(Map.of("t", TypeOptions.NONE.withCapacity(5)), snapshot.options());
      assertThrows(UnsupportedOperationException.class, () -> snapshot.options().clear());
    }
  }

  @Test
  @Rule({"SNAP-3", "SNAP-4"})
  void laterWritesDoNotAlterIt() {
    capacity("t", 3);
    putEach("t", "1", "2", "3");
    put("u", "1");
    Set<StoredRecord> before = records(Selection.all());
    try (Snapshot snapshot = backend().snapshot(Selection.all())) {
      put(write("t", "1", "other"));
      put(delete("t", "2"), write("t", "4", ""), write("t", "5", ""), write("new", "1", ""));
      holds(snapshot, before);
      backend().setOptions("u", TypeOptions.NONE.withTtl(span()));
      pass(span().multipliedBy(2));
      backend().expire();
      holds(snapshot, before);
      backend().trim(now());
      holds(snapshot, before);
      capacity("t", 0);
      holds(snapshot, before);
      backend().clear();
      holds(snapshot, before);
      put(write("t", "1", "after the clear"));
      holds(snapshot, before);
      holds(snapshot, before);
    }
  }

  /** Asserts that a snapshot returns the same records or reports that it expired. */
  private static void holds(Snapshot snapshot, Set<StoredRecord> records) {
    try {
      assertEquals(records, all(snapshot));
    } catch (SnapshotExpiredException permitted) {
      // SNAP-4 does not say how long a snapshot can be held.
    }
  }

  @Test
  @Rule({"SNAP-3", "SNAP-4"})
  void writesDuringAPassDoNotAlterIt() {
    Set<StoredRecord> before = new HashSet<>(put(batch(100, i -> write("t", "" + i, "before"))));
    try (Snapshot snapshot = backend().snapshot(Selection.ofType("t"))) {
      Set<StoredRecord> seen = new HashSet<>();
      Iterator<StoredRecord> records = snapshot.records();
      for (int i = 0; records.hasNext(); i++) {
        seen.add(records.next());
        put(delete("t", "" + (99 - i)), write("t", "new" + i, ""), write("t", "" + i / 2, "after"));
      }
      assertEquals(before, seen);
    } catch (SnapshotExpiredException permitted) {
      // SNAP-4 does not say how long a snapshot can be held.
    }
  }

  @Test
  @Rule("SNAP-3")
  void itsIteratorDoesNotRemove() {
    put("t", "1");
    try (Snapshot snapshot = backend().snapshot(Selection.all())) {
      Iterator<StoredRecord> records = snapshot.records();
      records.next();
      assertThrows(UnsupportedOperationException.class, records::remove);
      assertEquals(setOf("1"), ids("t"));
    }
  }

  @Test
  @Rule({"SNAP-1", "SNAP-3"})
  void itsIteratorIsReadByAnyRowOfCalls() {
    backend().setOptions("t", TypeOptions.NONE.withIndexedFields("colour"));
    Set<StoredRecord> stored = new HashSet<>();
    for (int i = 0; i < 4; i++) {
      stored.addAll(put(write("t", "" + i, "colour=red")));
    }
    for (Selection selection : SELECTIONS) {
      try (Snapshot snapshot = backend().snapshot(selection)) {
        Set<StoredRecord> asked = new HashSet<>();
        Set<StoredRecord> unasked = new HashSet<>();
        Iterator<StoredRecord> asking = snapshot.records();
        Iterator<StoredRecord> taking = snapshot.records();
        for (int i = 0; i < stored.size(); i++) {
          assertTrue(asking.hasNext());
          assertTrue(asking.hasNext(), "a second hasNext changes nothing");
          asked.add(asking.next());
          unasked.add(taking.next());
        }
        assertEquals(stored, asked, () -> "each hasNext asked twice, of " + selection);
        assertEquals(stored, unasked, () -> "no hasNext asked, of " + selection);
        for (Iterator<StoredRecord> ended : List.of(asking, taking)) {
          assertThrows(NoSuchElementException.class, ended::next, "a next at the end");
          assertFalse(ended.hasNext());
          assertThrows(NoSuchElementException.class, ended::next, "a second next at the end");
        }
      }
    }
  }

  @Test
  @Rule({"SNAP-3", "SNAP-1"})
  void iteratorsOfSeveralSnapshotsAreReadInTurns() {
    backend().setOptions("t", TypeOptions.NONE.withIndexedFields("colour"));
    Set<StoredRecord> first = new HashSet<>();
    first.addAll(put(write("t", "1", "colour=red"), write("t", "2", "colour=red")));
    for (Selection selection : SELECTIONS) {
      try (Snapshot before = backend().snapshot(selection)) {
        Set<StoredRecord> second = new HashSet<>(first);
        second.addAll(put(write("t", "3", "colour=red")));
        try (Snapshot after = backend().snapshot(selection)) {
          Iterator<StoredRecord> one = before.records();
          Iterator<StoredRecord> two = after.records();
          Set<StoredRecord> ofOne = new HashSet<>();
          Set<StoredRecord> ofTwo = new HashSet<>();
          while (one.hasNext() || two.hasNext()) {
            if (two.hasNext()) {
              ofTwo.add(two.next());
            }
            if (one.hasNext()) {
              ofOne.add(one.next());
            }
          }
          assertEquals(first, ofOne, () -> "beside the iterator of another, of " + selection);
          assertEquals(second, ofTwo, () -> "beside the iterator of another, of " + selection);
        }
        put(delete("t", "3"));
      }
    }
  }

  @Test
  @Rule("SNAP-5")
  void aFeedFromItsPositionTellsWhatCameAfterIt() {
    putEach("t", "1", "2");
    try (Snapshot snapshot = backend().snapshot(Selection.all())) {
      assertEquals(List.of(), changes(snapshot.position()));
      StoredRecord third = put("t", "3");
      StoredRecord gone = put(delete("t", "1")).get(0);
      assertEquals(List.of(third, gone), changes(snapshot.position()));
    }
  }

  @Test
  @Rule("SNAP-6")
  void aSnapshotOfATypeWithoutRecordsIsEmptyAndItsPositionTrue() {
    putEach("t", "1", "2");
    put(write("gone", "1", ""), delete("gone", "1"));
    for (String type : List.of("never", "gone")) {
      try (Snapshot snapshot = backend().snapshot(Selection.ofType(type))) {
        assertFalse(snapshot.records().hasNext());
        assertEquals(end(), snapshot.position());
      }
    }
  }

  @Test
  @Rule("SNAP-7")
  void anOpenSnapshotDelaysNoWriter() {
    putEach("t", "1", "2", "3");
    try (Snapshot snapshot = backend().snapshot(Selection.all())) {
      Iterator<StoredRecord> records = snapshot.records();
      records.next();
      inTime("a write during an open snapshot", () -> put("t", "4"));
      inTime("a clear during an open snapshot", () -> backend().clear());
    }
  }

  @Test
  @Rule("SNAP-8")
  void afterItsCloseItFailsWithClosed() {
    putEach("t", "1", "2", "3");
    Snapshot snapshot = backend().snapshot(Selection.all());
    Iterator<StoredRecord> records = snapshot.records();
    records.next();
    snapshot.close();
    snapshot.close();
    failsWith(ClosedException.class, snapshot::records);
    failsWith(
        ClosedException.class,
        () -> {
          while (records.hasNext()) {
            records.next();
          }
        });
    assertTrue(records(Selection.all()).size() == 3, "other snapshots go on");
  }

  @Test
  @Rule("SNAP-8")
  void readersBesideTheCloseOfTheirSnapshotReadAllOrFailWithClosed() throws InterruptedException {
    new Encounters(bench)
        .run(
            "SNAP-8",
            "readers during the close of their snapshot",
            4,
            ClosingMeetings.readersBesideACloseOfTheirSnapshot());
  }

  @Test
  @Rule({"SNAP-8", "SNAP-3"})
  void aCloseEndsOneOfSeveralEqualSnapshots() {
    backend().setOptions("t", TypeOptions.NONE.withIndexedFields("colour"));
    put(write("t", "1", "colour=red"), write("t", "2", "colour=red"));
    for (Selection selection : SELECTIONS) {
      Snapshot first = backend().snapshot(selection);
      Snapshot second = backend().snapshot(selection);
      Iterator<StoredRecord> records = second.records();
      records.next();
      first.close();
      failsWith(ClosedException.class, first::records);
      records.next();
      assertEquals(2, all(second).size(), () -> "an equal snapshot stays open, of " + selection);
      second.close();
    }
  }
}

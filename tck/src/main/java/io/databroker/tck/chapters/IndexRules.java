package io.databroker.tck.chapters;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.databroker.api.Capability;
import io.databroker.api.ClosedException;
import io.databroker.api.FieldValue;
import io.databroker.api.InvalidArgumentException;
import io.databroker.api.Selection;
import io.databroker.api.Snapshot;
import io.databroker.api.SnapshotExpiredException;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Versions;
import io.databroker.tck.contract.Needs;
import io.databroker.tck.contract.Rule;
import io.databroker.tck.engine.Haste;
import io.databroker.tck.engine.TestFields;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Indexed fields.
 *
 * <p><b>Thread-safety:</b> none; JUnit uses each instance on one thread.
 */
abstract class IndexRules extends Chapter {
  IndexRules() {}

  private void index(String type, String... fields) {
    backend().setOptions(type, TypeOptions.NONE.withIndexedFields(fields));
  }

  private static Selection red(String type) {
    return Selection.where(type, new FieldValue("colour", "red"));
  }

  private Set<String> found(String type, FieldValue... anyOf) {
    Set<String> ids = new HashSet<>();
    records(Selection.where(type, anyOf)).forEach(record -> ids.add(record.id()));
    return ids;
  }

  private Set<String> red() {
    return found("t", new FieldValue("colour", "red"));
  }

  private void coloured(String... idsAndColours) {
    for (int i = 0; i < idsAndColours.length; i += 2) {
      put(write("t", idsAndColours[i], "colour=" + idsAndColours[i + 1]));
    }
  }

  @Test
  @Rule("INDEX-1")
  void aLookUpAnswersTheLiveRecordsWithOneOfTheValues() {
    index("t", "colour", "size");
    index("u", "colour");
    put(write("t", "1", "colour=red;size=9"), write("t", "2", "colour=blue;size=9"));
    put(write("t", "3", "colour=redder"), write("u", "4", "colour=red"), write("t", "5", ""));
    assertEquals(setOf("1"), red());
    assertEquals(setOf("4"), found("u", new FieldValue("colour", "red")));
    assertEquals(
        setOf("1", "2"), found("t", new FieldValue("colour", "red"), new FieldValue("size", "9")));
    assertEquals(
        setOf("1", "3"),
        found("t", new FieldValue("colour", "red"), new FieldValue("colour", "redder")));
    assertEquals(setOf(), found("t", new FieldValue("size", "red")));
    assertEquals(setOf(), found("t", new FieldValue("colour", "")));
    assertEquals(setOf(), found("t"), "no value selects nothing");
  }

  @Test
  @Rule("INDEX-1")
  void aLookUpNeverAnswersAStaleRecord() {
    index("t", "colour");
    coloured("1", "red", "2", "red", "3", "red");
    coloured("1", "blue");
    assertEquals(setOf("2", "3"), red());
    assertEquals(setOf("1"), found("t", new FieldValue("colour", "blue")));
    put(delete("t", "2"));
    assertEquals(setOf("3"), red());
    put(write("t", "2", "colour=red"), write("t", "2", "colour=blue"));
    assertEquals(setOf("3"), red());
    put(write("t", "3", "colour=red;again=1"));
    StoredRecord only = records(red("t")).iterator().next();
    assertEquals(backend().get("t", "3"), only, "as last stored");
  }

  @Test
  @Rule("INDEX-1")
  void aLookUpNeverAnswersAnEvictedOrExpiredRecord() {
    backend().setOptions("t", new TypeOptions(2L, span(), List.of("colour")));
    coloured("1", "red", "2", "red", "3", "red");
    assertEquals(setOf("2", "3"), red());
    pass(span().multipliedBy(2));
    Haste young = bench.haste(span());
    coloured("4", "red");
    backend().expire();
    young.check();
    assertEquals(setOf("4"), red());
    backend().clear();
    assertEquals(setOf(), red());
    index("t", "colour");
    assertEquals(setOf(), red());
  }

  @Test
  @Rule("INDEX-2")
  void aLookUpIsASnapshotInEveryOtherWay() {
    index("t", "colour");
    coloured("1", "red", "2", "red");
    Set<StoredRecord> before = records(red("t"));
    try (Snapshot lookUp = backend().snapshot(red("t"))) {
      coloured("1", "blue", "3", "red");
      put(delete("t", "2"));
      index("t", "other");
      assertEquals(2, lookUp.position().version());
      assertEquals(Map.of("t", TypeOptions.NONE.withIndexedFields("colour")), lookUp.options());
      try {
        assertEquals(before, all(lookUp));
        assertEquals(before, all(lookUp));
        backend().clear();
        assertEquals(before, all(lookUp));
      } catch (SnapshotExpiredException permitted) {
        // SNAP-4 does not say how long a snapshot can be held.
      }
    }
    Snapshot closed = backend().snapshot(red("t"));
    closed.close();
    failsWith(ClosedException.class, closed::records);
  }

  @Test
  @Rule("INDEX-3")
  void aFieldThatIsNotIndexedMatchesNothing() {
    put(write("t", "1", "colour=red;col=red;colour.shade=red"));
    assertEquals(setOf(), red());
    index("t", "colour");
    assertEquals(setOf("1"), red());
    assertEquals(setOf(), found("t", new FieldValue("col", "red")));
    assertEquals(setOf(), found("t", new FieldValue("colour.shade", "red")));
    index("t", "colour.shade");
    assertEquals(setOf(), red());
    index("t");
    assertEquals(setOf(), found("t", new FieldValue("colour.shade", "red")));
  }

  @Test
  @Rule("INDEX-4")
  void anAddedFieldFindsWhatWasStoredBefore() {
    for (int i = 0; i < 200; i++) {
      put(write("t", "" + i, "colour=" + (i % 2 == 0 ? "red" : "blue") + ";size=" + i));
    }
    index("t", "colour");
    assertEquals(100, red().size());
    index("t", "size", "colour");
    assertEquals(100, red().size());
    assertEquals(setOf("77"), found("t", new FieldValue("size", "77")));
    index("t", "size");
    coloured("0", "red");
    index("t", "colour");
    assertEquals(
        100, red().size(), "records written while the field was not indexed are found too");
  }

  @Test
  @Rule({"INDEX-4", "INDEX-1"})
  void theOrderAndTheNumberOfFieldsDoNotMatter() {
    put(write("t", "old", "colour=red;size=9;shape=red"));
    for (String[] fields :
        new String[][] {
          {"colour", "size", "shape"},
          {"shape", "colour", "size"},
          {"size", "shape"},
          {"shape", "size"},
          {"shape"},
          {"colour", "shape"},
          {"shape", "colour"}
        }) {
      index("t", fields);
      List<String> indexed = List.of(fields);
      for (String field : List.of("colour", "shape", "size")) {
        for (String value : List.of("red", "9")) {
          boolean has = value.equals(field.equals("size") ? "9" : "red");
          assertEquals(
              has && indexed.contains(field) ? setOf("old") : setOf(),
              found("t", new FieldValue(field, value)),
              () -> field + "=" + value + " while indexed are " + indexed);
        }
      }
    }
  }

  @Test
  @Rule("INDEX-4")
  void aRefusedPayloadLeavesOptionsAndIndexAsTheyWere() {
    put(write("t", "1", "colour=red"));
    index("t", "colour");
    reopenUnlessLost();
    Map<String, TypeOptions> before = backend().options();
    failsWith(
        InvalidArgumentException.class, () -> put(write("t", "2", "refuse"), write("t", "3", "")));
    assertEquals(before, backend().options());
    assertEquals(setOf("1"), red());
  }

  @Test
  @Rule({"INDEX-4", "OPT-1"})
  void aFieldThatAStoredPayloadRefusesChangesNothing() {
    index("t", "colour");
    coloured("1", "red", "2", "blue");
    put(write("t", "3", "colour=red;refuse=size"), write("u", "1", "a=1;refuse=colour"));
    Map<String, TypeOptions> before = backend().options();
    Versions then = backend().versions();
    TypeOptions one = TypeOptions.NONE.withCapacity(1);
    failsWith(
        InvalidArgumentException.class,
        () -> backend().setOptions("t", one.withIndexedFields("colour", "size")));
    failsWith(
        InvalidArgumentException.class,
        () -> backend().setOptions("u", one.withIndexedFields("colour")));
    reopenUnlessLost();
    assertEquals(before, backend().options());
    assertEquals(then, backend().versions(), "nothing is evicted");
    assertEquals(setOf("1", "3"), red(), "the index of before");
    put(write("t", "4", "colour=red;size=9"), write("u", "2", "b=1;refuse=colour"));
    assertEquals(setOf("1", "3", "4"), red());
    assertEquals(setOf(), found("t", new FieldValue("size", "9")));
    put(delete("t", "3"));
    index("t", "colour", "size");
    assertEquals(setOf("1", "4"), red());
    assertEquals(setOf("4"), found("t", new FieldValue("size", "9")));
  }

  /** Reopens the backend, if it keeps its records. */
  private void reopenUnlessLost() {
    if (has(Capability.DURABLE)) {
      reopen();
    }
  }

  @Test
  @Rule("INDEX-6")
  @Needs(Capability.DURABLE)
  void aReopenWithAnotherFunctionAnswersByIt() {
    index("t", "colour");
    coloured("1", "red", "2", "red", "3", "blue");
    reopen();
    assertEquals(setOf("1", "2"), red());
    reopen(bench.context().withExtractor(TestFields.SECOND));
    assertEquals(setOf(), red());
    assertEquals(setOf("1", "2"), found("t", new FieldValue("colour", "new-red")));
    coloured("1", "blue");
    assertEquals(setOf("2"), found("t", new FieldValue("colour", "new-red")));
    reopen();
    assertEquals(setOf("2"), red());
    assertEquals(setOf("1", "3"), found("t", new FieldValue("colour", "blue")));
  }

  @Test
  @Rule("INDEX-7")
  void aPayloadWithoutTheFieldIsStoredAndMatchesNothing() {
    index("t", "colour");
    put(write("t", "1", ""), write("t", "2", "size=3"), write("t", "3", "colour="));
    assertNotNull(backend().get("t", "1"));
    assertEquals(setOf("1", "2", "3"), ids("t"));
    assertEquals(setOf(), red());
    assertEquals(setOf("3"), found("t", new FieldValue("colour", "")), "an empty value is a value");
    coloured("1", "red");
    assertEquals(setOf("1"), red());
    put(write("t", "1", "size=1"));
    assertEquals(setOf(), red());
  }
}

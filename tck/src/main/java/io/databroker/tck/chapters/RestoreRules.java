package io.databroker.tck.chapters;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.databroker.api.Bytes;
import io.databroker.api.Capability;
import io.databroker.api.Changes;
import io.databroker.api.FieldValue;
import io.databroker.api.InvalidArgumentException;
import io.databroker.api.PutResult;
import io.databroker.api.Selection;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.UnsupportedException;
import io.databroker.tck.contract.Lacks;
import io.databroker.tck.contract.Needs;
import io.databroker.tck.contract.Rule;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Restore.
 *
 * <p><b>Thread-safety:</b> none; JUnit uses each instance on one thread.
 */
abstract class RestoreRules extends Chapter {
  private static final Instant OLD = Instant.parse("2001-02-03T04:05:06.000007Z");

  RestoreRules() {}

  @Test
  @Lacks(Capability.RESTORE)
  @Rule("CAPA-2")
  void withoutTheCapabilityARestoreIsRefused() {
    failsWith(UnsupportedException.class, () -> restore(record("t", "1", "a", OLD)));
    assertEquals(0, end().version());
  }

  private static StoredRecord record(String type, String id, String payload, Instant time) {
    return new StoredRecord(type, id, 77, Bytes.utf8(payload), time, false);
  }

  private static StoredRecord deleted(String type, String id, Instant time) {
    return new StoredRecord(type, id, 78, Bytes.utf8("ignored"), time, true);
  }

  private List<StoredRecord> restore(StoredRecord... batch) {
    return backend().restore(List.of(batch)).records();
  }

  private static StoredRecord stored(StoredRecord given, long version) {
    return new StoredRecord(
        given.type(), given.id(), version, given.payload(), given.modifiedAt(), given.deleted());
  }

  @Test
  @Needs(Capability.RESTORE)
  @Rule("RESTORE-1")
  void aRestoreIsOneBatchOfPutsAndDeletes() {
    put("t", "gone");
    long before = end().version();
    StoredRecord one = record("t", "1", "one", OLD);
    StoredRecord two = record("u", "1", "two", OLD.plusSeconds(5));
    StoredRecord again = record("t", "1", "uno", OLD.plusSeconds(9));
    PutResult result =
        backend()
            .restore(
                List.of(
                    one,
                    two,
                    deleted("t", "gone", OLD.plusSeconds(7)),
                    deleted("t", "absent", OLD),
                    again));
    List<StoredRecord> expected =
        List.of(
            stored(one, before + 1),
            stored(two, before + 2),
            new StoredRecord(
                "t", "gone", before + 3, Bytes.utf8("payload of gone"), OLD.plusSeconds(7), true),
            new StoredRecord("t", "absent", 0, Bytes.EMPTY, OLD, true),
            stored(again, before + 4));
    assertEquals(expected, result.records());
    assertEquals(end().serverVersion(), result.serverVersion());
    assertEquals(before + 4, end().version());
    List<Changes> told = feed(begin(), null);
    List<StoredRecord> batch = new ArrayList<>(expected);
    batch.remove(3); // the delete of an absent record
    assertEquals(2, told.size(), "a put and a restore");
    assertEquals(batch, told.get(1).records());
    assertEquals(List.of("t", "u"), backend().listTypes());
    assertEquals(expected.get(4), found("t", "1"));
    assertEquals(
        new HashSet<>(List.of(expected.get(1), expected.get(4))), records(Selection.all()));
  }

  @Test
  @Needs(Capability.RESTORE)
  @Rule("RESTORE-1")
  void capacityAndIndexesHoldForARestore() {
    backend().setOptions("t", TypeOptions.NONE.withCapacity(2).withIndexedFields("colour"));
    restore(
        record("t", "1", "colour=red", OLD),
        record("t", "2", "colour=red", OLD),
        record("t", "3", "colour=blue", OLD));
    assertEquals(setOf("2", "3"), ids("t"));
    assertEquals(4, end().version(), "three puts and an eviction");
    assertEquals(
        1, records(Selection.where("t", new FieldValue("colour", "red"))).size(), "the index");
  }

  @Test
  @Needs(Capability.RESTORE)
  @Rule("RESTORE-2")
  void restoredRecordsKeepTheirTimes() {
    Instant youngest = now().plus(Duration.ofDays(1));
    List<StoredRecord> kept =
        restore(
            record("t", "1", "a", OLD.plusNanos(999)),
            record("t", "2", "b", Instant.EPOCH),
            record("t", "3", "c", youngest));
    assertEquals(
        List.of(OLD, Instant.EPOCH, youngest),
        kept.stream().map(StoredRecord::modifiedAt).toList(),
        "cut to the microsecond");
    assertEquals(List.of(1L, 2L, 3L), kept.stream().map(StoredRecord::version).toList());
    kept.forEach(record -> assertEquals(record, found("t", record.id())));
    assertEquals(new HashSet<>(kept), records(Selection.ofType("t")));
    assertEquals(kept, changes(begin()));
    Instant later = put("t", "4").modifiedAt();
    assertEquals(
        true, later.isAfter(OLD) && later.isBefore(youngest), "a put has the clock's time");
  }

  @Test
  @Needs(Capability.RESTORE)
  @Rule({"RESTORE-2", "VER-1"})
  void theGivenVersionIsIgnored() {
    long version = 0;
    for (long given : new long[] {0, 1_000, Long.MAX_VALUE, Long.MIN_VALUE, -1}) {
      StoredRecord record = new StoredRecord("t", "1", given, Bytes.EMPTY, OLD, false);
      assertEquals(++version, restore(record).get(0).version(), "given was " + given);
      assertEquals(++version, put("t", "2").version(), "after a given version of " + given);
    }
  }

  @Test
  @Needs({Capability.RESTORE, Capability.DURABLE})
  @Rule("RESTORE-2")
  void restoredRecordsKeepTheirTimesOverAReopen() {
    List<StoredRecord> kept =
        restore(record("t", "1", "a", OLD.plusSeconds(1)), record("t", "2", "b", OLD));
    reopen();
    assertEquals(new HashSet<>(kept), records(Selection.all()));
    assertEquals(kept, changes(begin()));
  }

  @Test
  @Needs(Capability.RESTORE)
  @Rule("RESTORE-2")
  void aTimeBefore1970OrAfter9999IsRefused() {
    for (Instant time :
        List.of(Instant.EPOCH.minusNanos(1), Instant.parse("+10000-01-01T00:00:00Z"))) {
      failsWith(
          InvalidArgumentException.class,
          () -> restore(record("t", "1", "a", OLD), record("t", "2", "b", time)));
    }
    assertEquals(0, end().version());
    Instant last = Instant.parse("9999-12-31T23:59:59.999999Z");
    restore(record("t", "1", "a", last));
    assertEquals(last, found("t", "1").modifiedAt());
  }

  @Test
  @Needs(Capability.RESTORE)
  @Rule("RESTORE-3")
  void theOrderOfCallsDecidesWhatIsEvicted() {
    restore(record("t", "1", "", OLD.plusSeconds(30)));
    restore(record("t", "2", "", OLD.plusSeconds(20)), record("t", "3", "", OLD.plusSeconds(10)));
    put("t", "4");
    restore(record("t", "5", "", OLD));
    capacity("t", 4);
    assertEquals(setOf("2", "3", "4", "5"), ids("t"));
    put("t", "6");
    assertEquals(setOf("3", "4", "5", "6"), ids("t"));
    capacity("t", 1);
    assertEquals(setOf("6"), ids("t"));
  }

  @Test
  @Needs(Capability.RESTORE)
  @Rule("RESTORE-4")
  void theTtlCountsFromTheRestoredTime() {
    backend().setOptions("t", TypeOptions.NONE.withTtl(span().multipliedBy(50)));
    Instant now = now();
    put("t", "put");
    restore(
        record("t", "young", "", now.minus(span())),
        record("t", "old", "", now.minus(span().multipliedBy(60))),
        record("t", "other", "", now.minus(span().multipliedBy(2))));
    restore(record("t", "older", "", now.minus(span().multipliedBy(90))));
    put("t", "last");
    assertEquals(2, backend().expire());
    assertEquals(setOf("put", "young", "other", "last"), ids("t"));
    assertEquals(0, backend().expire());
  }

  @Test
  @Needs(Capability.RESTORE)
  @Rule("RESTORE-5")
  void aTrimTakesTheTimeOfTheLastRecordOfARestoredBatch() {
    restore(record("t", "1", "", OLD.plusSeconds(50)), record("t", "2", "", OLD));
    restore(record("t", "3", "", OLD), record("t", "4", "", OLD.plusSeconds(9)));
    restore(record("t", "5", "", OLD));
    assertEquals(2, backend().trim(OLD.plusSeconds(5)), "the first batch and no more");
    assertEquals(3, backend().versions().earliest());
    assertEquals(0, backend().trim(OLD.plusSeconds(9)), "at exactly that time it stays");
    assertEquals(3, backend().trim(OLD.plusSeconds(10)));
    assertEquals(setOf("1", "2", "3", "4", "5"), ids("t"));
  }

  @Test
  @Needs(Capability.RESTORE)
  @Rule("RESTORE-5")
  void evictionsHaveTheTimeOfTheLastRestoredRecord() {
    capacity("t", 1);
    restore(record("t", "1", "", OLD.plusSeconds(50)), record("t", "2", "", OLD.plusSeconds(3)));
    StoredRecord eviction = changes(begin()).get(2);
    assertEquals(true, eviction.deleted());
    assertEquals(OLD.plusSeconds(3), eviction.modifiedAt());
  }

  @Test
  @Needs(Capability.RESTORE)
  @Rule("RESTORE-5")
  void aRestoredDeleteThatChangesNothingDatesEvictionsButNotItsBatch() {
    StoredRecord noOp = deleted("t", "absent", OLD.plusSeconds(50));
    restore(record("t", "1", "", OLD), noOp);
    assertEquals(1, backend().trim(OLD.plusSeconds(5)), "its last change is old");
    capacity("t", 1);
    restore(record("t", "2", "", OLD), noOp);
    List<StoredRecord> changes = changes(begin());
    assertEquals(stored(record("t", "2", "", OLD), 2), changes.get(0));
    assertEquals("1", changes.get(1).id());
    assertEquals(OLD.plusSeconds(50), changes.get(1).modifiedAt(), "the last record of the call");
  }
}

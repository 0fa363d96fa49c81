package io.databroker.tck.chapters;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.databroker.api.Capability;
import io.databroker.api.Checkpoint;
import io.databroker.api.FieldValue;
import io.databroker.api.Lease;
import io.databroker.api.Selection;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Versions;
import io.databroker.tck.contract.Needs;
import io.databroker.tck.contract.Rule;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Trim and the checkpoint.
 *
 * <p><b>Thread-safety:</b> none; JUnit uses each instance on one thread.
 */
abstract class HousekeepingRules extends Chapter {
  HousekeepingRules() {}

  @Test
  @Rule("TRIM-1")
  void trimDropsWhatIsOlderAndNothingElse() {
    putEach("t", "1", "2");
    pass(span());
    StoredRecord third = put("t", "3");
    pass(span());
    StoredRecord fourth = put("t", "4");
    assertEquals(2, backend().trim(third.modifiedAt()), "at exactly that time it stays");
    assertEquals(List.of(third, fourth), changes(begin()));
    assertEquals(0, backend().trim(third.modifiedAt()));
    assertEquals(1, backend().trim(fourth.modifiedAt()));
    assertEquals(0, backend().trim(Instant.EPOCH));
    assertEquals(List.of(fourth), changes(begin()));
    assertEquals(1, backend().trim(fourth.modifiedAt().plus(Duration.ofNanos(1000))));
    assertEquals(List.of(), changes(begin()));
    assertEquals(0, backend().trim(now().plus(span())));
  }

  @Test
  @Rule("TRIM-1")
  void anInstantBetweenTwoMicrosecondsIsNotCut() {
    StoredRecord first = put("t", "1");
    pass(span());
    StoredRecord second = put("t", "2");
    assertEquals(1, backend().trim(first.modifiedAt().plusNanos(1)), "a nanosecond after it");
    assertEquals(0, backend().trim(second.modifiedAt().minusNanos(1)), "a nanosecond before it");
    assertEquals(List.of(second), changes(begin()));
    assertEquals(1, backend().trim(second.modifiedAt().plusNanos(999)));
  }

  @Test
  @Rule("TRIM-1")
  void aBatchGoesWhole() {
    capacity("t", 2);
    put(write("t", "1", ""), write("t", "2", ""), write("t", "3", ""), write("u", "1", ""));
    pass(span());
    StoredRecord later = put("t", "4");
    assertEquals(5, backend().trim(later.modifiedAt()), "four writes and an eviction");
    assertEquals(6, backend().versions().earliest());
  }

  @Test
  @Rule("TRIM-1")
  @Needs(Capability.TURNABLE_CLOCK)
  void trimStopsAtTheFirstChangeThatIsNotOlder() {
    Instant start = Instant.parse("2026-03-01T00:00:00Z");
    for (int second : new int[] {1, 2, 9, 3, 4}) {
      bench.clock.set(start.plusSeconds(second));
      put("t", "at" + second);
    }
    assertEquals(2, backend().trim(start.plusSeconds(5)));
    assertEquals(new Versions(end().serverVersion(), 3, 5), backend().versions());
  }

  @Test
  @Rule("TRIM-2")
  void trimTouchesNoRecordOptionIndexOrLease() {
    backend().setOptions("t", TypeOptions.NONE.withCapacity(3).withIndexedFields("colour"));
    put(write("t", "1", "colour=red"), write("t", "2", "colour=red"), write("u", "1", ""));
    put(write("t", "1", "colour=blue"), delete("u", "1"));
    backend().setCheckpoint(new Checkpoint(1, 2));
    Lease lease = acquired("a", Duration.ofDays(1));
    Set<StoredRecord> records = records(Selection.all());
    Map<String, TypeOptions> options = backend().options();
    long latest = backend().versions().latest();
    pass(span());
    assertEquals(5, backend().trim(now()));
    assertEquals(records, records(Selection.all()));
    assertEquals(options, backend().options());
    assertEquals(List.of("t"), backend().listTypes());
    assertEquals(latest, backend().versions().latest());
    assertEquals(new Checkpoint(1, 2), backend().checkpoint());
    assertEquals(
        1, records(Selection.where("t", new FieldValue("colour", "red"))).size(), "the index");
    assertNull(backend().acquireLease("a", span()));
    assertEquals(true, backend().releaseLease("a", lease.token()));
    putEach("t", "3", "4");
    assertEquals(setOf("1", "3", "4"), ids("t"), "the order of writing");
  }

  @Test
  @Rule("TRIM-3")
  void theEarliestVersionIsTheFirstThatIsHeld() {
    for (int i = 1; i <= 5; i++) {
      StoredRecord written = put("t", "" + i);
      backend().trim(written.modifiedAt());
      Versions versions = backend().versions();
      assertEquals(
          versions.earliest(),
          changes(versions.begin()).get(0).version(),
          "the first change of the feed");
      assertEquals(i, versions.latest());
      pass(span().dividedBy(4));
    }
    backend().trim(now());
    assertEquals(6, backend().versions().earliest());
  }

  @Test
  @Rule("CHECK-1")
  void theCheckpointIsKeptAsSet() {
    assertEquals(new Checkpoint(0, 0), backend().checkpoint());
    for (long number : new long[] {1, -1, Long.MIN_VALUE, Long.MAX_VALUE, 0}) {
      backend().setCheckpoint(new Checkpoint(number, ~number));
      put("t", "1");
      assertEquals(new Checkpoint(number, ~number), backend().checkpoint());
    }
    backend().clear();
    assertEquals(new Checkpoint(0, 0), backend().checkpoint());
  }
}

package io.databroker.tck.chapters;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.databroker.api.Capability;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.tck.contract.Needs;
import io.databroker.tck.contract.Rule;
import io.databroker.tck.engine.Haste;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * TTL.
 *
 * <p><b>Thread-safety:</b> none; JUnit uses each instance on one thread.
 */
abstract class TtlRules extends Chapter {
  TtlRules() {}

  private void ttl(String type, Duration ttl) {
    backend().setOptions(type, TypeOptions.NONE.withTtl(ttl));
  }

  @Test
  @Rule("TTL-1")
  void whatWasWrittenBeforeTheCutoffIsDeleted() {
    ttl("t", span().multipliedBy(2));
    ttl("long", span().multipliedBy(100));
    Haste young = bench.haste(span().multipliedBy(2));
    putEach("t", "1", "2");
    putEach("long", "1");
    putEach("none", "1");
    pass(span());
    long early = backend().expire();
    young.check();
    assertEquals(0, early);
    Haste third = bench.haste(span().multipliedBy(2));
    putEach("t", "3");
    pass(span().plus(span().dividedBy(2)));
    long expired = backend().expire();
    third.check();
    assertEquals(2, expired);
    assertEquals(setOf("3"), ids("t"));
    assertEquals(setOf("1"), ids("long"));
    assertEquals(setOf("1"), ids("none"));
  }

  @Test
  @Rule("TTL-1")
  @Needs(Capability.TURNABLE_CLOCK)
  void aTtlIsNotShorterByTheCutOfTheTimeOfAWrite() {
    bench.clock.set(Instant.parse("2026-03-01T00:00:00.000001999Z"));
    ttl("t", Duration.ofSeconds(5));
    putEach("t", "1");
    bench.clock.turn(Duration.ofSeconds(5));
    assertEquals(0, backend().expire(), "a record written exactly a TTL ago stays");
    bench.clock.turn(Duration.ofNanos(1_000));
    assertEquals(1, backend().expire());
  }

  @Test
  @Rule("TTL-1")
  @Needs(Capability.TURNABLE_CLOCK)
  void atExactlyTheCutoffARecordStays() {
    Instant start = Instant.parse("2026-03-01T00:00:00.000001Z");
    bench.clock.set(start);
    ttl("t", Duration.ofSeconds(5));
    put("t", "1");
    bench.clock.set(start.plusSeconds(5));
    assertEquals(0, backend().expire());
    assertEquals(setOf("1"), ids("t"));
    bench.clock.set(start.plusSeconds(5).plusNanos(1000));
    assertEquals(1, backend().expire());
    assertEquals(setOf(), ids("t"));
  }

  @Test
  @Rule("TTL-1")
  @Needs(Capability.TURNABLE_CLOCK)
  void timeDecidesAlsoWhereTheClockSteppedBack() {
    Instant start = Instant.parse("2026-03-01T00:00:00Z");
    ttl("t", Duration.ofSeconds(5));
    bench.clock.set(start.plusSeconds(100));
    put("t", "late");
    bench.clock.set(start);
    put("t", "early");
    bench.clock.set(start.plusSeconds(50));
    assertEquals(1, backend().expire());
    assertEquals(setOf("late"), ids("t"));
  }

  @Test
  @Rule("TTL-1")
  void theTtlOfNowDecidesAlsoForRecordsWrittenBefore() {
    ttl("shorter", span().multipliedBy(100));
    ttl("longer", span().dividedBy(2));
    ttl("none", span().dividedBy(2));
    for (String type : List.of("shorter", "longer", "none", "new")) {
      put(type, "1");
    }
    ttl("shorter", span().dividedBy(2));
    ttl("longer", span().multipliedBy(100));
    backend().setOptions("none", TypeOptions.NONE);
    ttl("new", span().dividedBy(2));
    pass(span());
    assertEquals(2, backend().expire());
    assertEquals(List.of("longer", "none"), backend().listTypes());
  }

  @Test
  @Rule("TTL-2")
  void anExpiryIsADeleteInTheFeedOldestFirst() {
    ttl("t", span());
    put(write("t", "1", "one"), write("t", "2", "two"), write("t", "3", "three"));
    put(write("t", "1", "uno"));
    pass(span().multipliedBy(2));
    backend().expire();
    List<StoredRecord> told = changes(begin());
    assertEquals(7, told.size());
    assertEquals(
        List.of("two", "three", "uno"),
        told.subList(4, 7).stream().map(change -> change.payload().toUtf8()).toList());
    for (int i = 4; i < 7; i++) {
      assertTrue(told.get(i).deleted());
      assertEquals(i + 1, told.get(i).version());
      assertTrue(told.get(i).modifiedAt().isAfter(told.get(0).modifiedAt()));
    }
    assertEquals(7, backend().versions().latest());
  }

  @Test
  @Rule("TTL-3")
  void aRewriteRestartsTheClock() {
    ttl("t", span().multipliedBy(2));
    putEach("t", "1", "2");
    pass(span().plus(span().dividedBy(2)));
    Haste young = bench.haste(span().multipliedBy(2));
    putEach("t", "1");
    pass(span());
    long expired = backend().expire();
    young.check();
    assertEquals(1, expired);
    assertEquals(setOf("1"), ids("t"));
  }

  @Test
  @Rule("TTL-3")
  void nothingExpiresWithoutBeingAsked() {
    ttl("t", span());
    putEach("t", "1", "2");
    pass(span().multipliedBy(3));
    assertNotNull(backend().get("t", "1"));
    assertEquals(setOf("1", "2"), ids("t"));
    assertEquals(List.of("t"), backend().listTypes());
    put("t", "3");
    backend().trim(now());
    ttl("t", span().dividedBy(2));
    assertEquals(setOf("1", "2", "3"), ids("t"));
    assertEquals(3, backend().versions().latest());
  }

  @Test
  @Rule("TTL-4")
  void itAnswersHowManyItDeleted() {
    assertEquals(0, backend().expire());
    ttl("a", span());
    ttl("b", span());
    putEach("a", "1", "2", "1", "3", "4");
    putEach("b", "1");
    putEach("c", "1");
    put(delete("a", "2"));
    pass(span().multipliedBy(2));
    assertEquals(4, backend().expire());
    assertEquals(0, backend().expire());
  }
}

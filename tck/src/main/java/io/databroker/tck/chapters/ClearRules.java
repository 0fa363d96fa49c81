package io.databroker.tck.chapters;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.databroker.api.Capability;
import io.databroker.api.ChangeFeed;
import io.databroker.api.Changes;
import io.databroker.api.Checkpoint;
import io.databroker.api.ClearResult;
import io.databroker.api.FieldValue;
import io.databroker.api.HistoryTrimmedException;
import io.databroker.api.Lease;
import io.databroker.api.Position;
import io.databroker.api.Selection;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Versions;
import io.databroker.tck.contract.Needs;
import io.databroker.tck.contract.Rule;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Clear.
 *
 * <p><b>Thread-safety:</b> none; JUnit uses each instance on one thread.
 */
abstract class ClearRules extends Chapter {
  ClearRules() {}

  @Test
  @Rule("CLEAR-1")
  void clearRemovesRecordsOptionsIndexesHistoryAndCheckpoint() {
    backend().setOptions("t", new TypeOptions(2L, span(), List.of("colour")));
    put(write("t", "1", "colour=red"), write("u", "1", ""));
    backend().setCheckpoint(new Checkpoint(3, 4));
    backend().clear();
    assertNull(backend().get("t", "1"));
    assertEquals(Set.of(), records(Selection.all()));
    assertEquals(List.of(), backend().listTypes());
    assertEquals(Map.of(), backend().options());
    assertEquals(Checkpoint.NONE, backend().checkpoint());
    assertEquals(List.of(), changes(begin()));
    assertEquals(Set.of(), records(Selection.where("t", new FieldValue("colour", "red"))));
    putEach("t", "1", "2", "3");
    assertEquals(setOf("1", "2", "3"), ids("t"), "the capacity is gone");
    pass(span().multipliedBy(2));
    assertEquals(0, backend().expire(), "the TTL is gone");
  }

  @Test
  @Rule("CLEAR-2")
  void leasesAndTheirTokensStay() {
    Lease held = acquired("a", Duration.ofHours(1));
    Lease freed = acquired("b", Duration.ofHours(1));
    backend().releaseLease("b", freed.token());
    backend().clear();
    assertNull(backend().acquireLease("a", Duration.ofHours(1)));
    assertNotNull(backend().renewLease("a", held.token(), Duration.ofHours(1)));
    assertTrue(acquired("b", Duration.ofHours(1)).token() > freed.token());
  }

  @Test
  @Rule("CLEAR-3")
  void itBeginsANewHistoryAndAnswersBothNames() {
    put("t", "1");
    long before = backend().versions().serverVersion();
    ClearResult result = backend().clear();
    assertEquals(before, result.oldServerVersion());
    assertEquals(backend().versions().serverVersion(), result.newServerVersion());
    assertNotEquals(before, result.newServerVersion());
    assertNotEquals(0, result.newServerVersion());
    ClearResult again = backend().clear();
    assertEquals(result.newServerVersion(), again.oldServerVersion());
    assertNotEquals(result.newServerVersion(), again.newServerVersion());
  }

  @Test
  @Rule("CLEAR-4")
  void theSequenceOfVersionsGoesOn() {
    putEach("t", "1", "2");
    put(delete("t", "2"));
    long serverVersion = backend().clear().newServerVersion();
    assertEquals(new Versions(serverVersion, 4, 3), backend().versions());
    StoredRecord next = put("t", "1");
    assertEquals(4, next.version());
    assertEquals(List.of(next), changes(begin()));
    assertEquals(3, begin().version());
    backend().clear();
    backend().clear();
    assertEquals(5, put("t", "1").version());
  }

  @Test
  @Rule("CLEAR-5")
  void afterItNothingOfTheOldHistoryIsSeen() {
    for (int i = 0; i < 30; i++) {
      put(write("a", "" + i, ""), write("b" + i, "1", ""));
    }
    backend().clear();
    StoredRecord only = put("a", "5");
    assertEquals(List.of("a"), backend().listTypes());
    assertEquals(Set.of(only), records(Selection.all()));
    assertEquals(Set.of(only), records(Selection.ofType("a")));
    assertNull(backend().get("b5", "1"));
  }

  @Test
  @Rule("FEED-16")
  void versionZeroIsTheBeginningOfAHistoryThatHoldsAll() {
    StoredRecord before = put("a", "1");
    assertEquals(List.of(before), changes(zero()));
    putEach("b", "1", "2");
    backend().clear();
    assertTellsNothing(zero());
    StoredRecord first = put("a", "1");
    StoredRecord second = put("b", "1");
    assertEquals(List.of(first, second), changes(zero()));
    assertEquals(List.of(second), records(feed(zero(), "b")));
    assertEquals(List.of(), records(feed(zero(), "none")));
    backend().clear();
    backend().clear();
    StoredRecord third = put("b", "2");
    assertEquals(List.of(third), changes(zero()), "after three clears");
  }

  @Test
  @Rule("FEED-16")
  void versionZeroIsTrimmedOnceAnythingWasDropped() {
    put("a", "1");
    backend().clear();
    putEach("a", "1", "2");
    pass(span());
    StoredRecord last = put("a", "3");
    assertEquals(2, backend().trim(last.modifiedAt()));
    failsWith(HistoryTrimmedException.class, () -> feed(zero(), null));
    failsWith(HistoryTrimmedException.class, () -> feed(zero(), "none"));
    assertEquals(List.of(last), changes(begin()));
  }

  @Test
  @Rule("FEED-16")
  void aFeedFromVersionZeroWaitsForTheFirstChange() {
    putEach("a", "1", "2");
    backend().clear();
    Position zero = zero();
    StoredRecord first;
    try (ChangeFeed feed = backend().changes(zero, null)) {
      assertNull(feed.poll());
      first = put("a", "1");
      assertEquals(List.of(first), next(feed).records());
      assertNull(feed.poll());
    }
    assertEquals(List.of(first), changes(zero));
  }

  @Test
  @Rule("FEED-16")
  @Needs(Capability.DURABLE)
  void versionZeroIsTheBeginningAfterAReopen() {
    putEach("a", "1", "2");
    backend().clear();
    reopen();
    assertTellsNothing(zero());
    StoredRecord first = put("a", "1");
    assertEquals(List.of(first), changes(zero()));
    reopen();
    assertEquals(List.of(first), changes(zero()), "after two reopens");
    pass(span());
    StoredRecord last = put("a", "2");
    backend().trim(last.modifiedAt());
    reopen();
    failsWith(HistoryTrimmedException.class, () -> feed(zero(), null));
  }

  /** Fails if a feed from that position delivers anything but bookmarks. */
  private void assertTellsNothing(Position from) {
    try (ChangeFeed feed = backend().changes(from, null)) {
      Changes told = feed.poll();
      assertEquals(List.of(), told == null ? List.of() : told.records());
    }
  }

  private Position zero() {
    return new Position(backend().versions().serverVersion(), 0);
  }
}

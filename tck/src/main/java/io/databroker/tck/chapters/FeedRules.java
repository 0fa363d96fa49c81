package io.databroker.tck.chapters;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.databroker.api.ChangeFeed;
import io.databroker.api.Changes;
import io.databroker.api.FutureVersionException;
import io.databroker.api.HistoryReplacedException;
import io.databroker.api.HistoryTrimmedException;
import io.databroker.api.Position;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.tck.contract.Rule;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Rules of the content of feeds.
 *
 * <p><b>Thread-safety:</b> none; JUnit uses each instance on one thread.
 */
abstract class FeedRules extends Chapter {
  FeedRules() {}

  /** A history with batches, a rewrite, a delete, an eviction and an expiry. */
  private List<List<StoredRecord>> history() {
    List<List<StoredRecord>> batches = new ArrayList<>();
    batches.add(put(write("a", "1", "one")));
    batches.add(put(write("a", "2", "two"), write("ab", "1", ""), write("b", "1", "")));
    batches.add(put(write("a", "1", "uno"), delete("b", "1")));
    batches.add(put(write("ab", "2", "")));
    batches.add(put(write("c", "1", ""), write("a", "3", ""), write("b", "2", "")));
    return batches;
  }

  @Test
  @Rule("FEED-1")
  void afterEachPositionTheFeedTellsEachChangeOnce() {
    List<StoredRecord> all = history().stream().flatMap(List::stream).toList();
    long serverVersion = backend().versions().serverVersion();
    for (int n = 0; n <= all.size(); n++) {
      assertEquals(all.subList(n, all.size()), changes(new Position(serverVersion, n)));
    }
  }

  @Test
  @Rule("FEED-1")
  void theFeedGoesOnForEver() {
    try (ChangeFeed feed = backend().changes(end(), null)) {
      assertNull(feed.poll());
      for (int i = 0; i < 100; i++) {
        List<StoredRecord> batch = put(write("t" + i % 3, "" + i, ""), write("u", "1", "" + i));
        Changes told = next(feed);
        assertEquals(batch, told.records());
        assertEquals(end(), told.position());
        assertNull(feed.poll());
      }
    }
  }

  @Test
  @Rule("FEED-1")
  void evictionsAndExpiriesAreTold() {
    capacity("t", 1);
    backend().setOptions("e", TypeOptions.NONE.withTtl(span()));
    putEach("t", "1", "2");
    put("e", "1");
    pass(span().multipliedBy(2));
    backend().expire();
    capacity("t", 0);
    assertEquals(
        List.of("1 put", "2 put", "1 deleted", "1 put", "1 deleted", "2 deleted"),
        changes(begin()).stream()
            .map(change -> change.id() + (change.deleted() ? " deleted" : " put"))
            .toList());
  }

  @Test
  @Rule("FEED-2")
  void eachAnswerIsOneBatchWhole() {
    List<List<StoredRecord>> batches = history();
    List<Changes> told = feed(begin(), null);
    assertEquals(batches, told.stream().map(Changes::records).toList());
    for (int i = 0; i < batches.size(); i++) {
      List<StoredRecord> batch = batches.get(i);
      assertEquals(batch.get(batch.size() - 1).version(), told.get(i).position().version());
    }
  }

  @Test
  @Rule("FEED-2")
  void aFeedOpenedInsideABatchBeginsWithTheRestOfIt() {
    List<List<StoredRecord>> batches = history();
    long serverVersion = backend().versions().serverVersion();
    List<Changes> told = feed(new Position(serverVersion, 2), null);
    assertEquals(batches.get(1).subList(1, 3), told.get(0).records());
    assertEquals(batches.get(2), told.get(1).records());
    List<Changes> typed = feed(new Position(serverVersion, 7), "a");
    assertEquals(List.of(batches.get(4).get(1)), records(typed));
  }

  @Test
  @Rule("FEED-2")
  void evictionsAreInTheAnswerOfTheirBatch() {
    capacity("t", 2);
    put(write("t", "1", ""), write("t", "2", ""), write("t", "3", ""));
    List<Changes> told = feed(begin(), null);
    assertEquals(1, told.size());
    assertEquals(4, told.get(0).records().size());
    assertTrue(told.get(0).records().get(3).deleted());
    assertEquals(
        List.of(told.get(0).records().get(3)),
        changes(new Position(told.get(0).position().serverVersion(), 3)));
  }

  @Test
  @Rule("FEED-3")
  void aFeedOfATypeTellsExactlyThatType() {
    List<StoredRecord> all = history().stream().flatMap(List::stream).toList();
    Position begin = begin();
    for (String type : List.of("a", "ab", "b", "c", "abc", "A")) {
      List<StoredRecord> expected = all.stream().filter(r -> r.type().equals(type)).toList();
      assertEquals(expected, records(feed(begin, type)), "the feed of type " + type);
    }
  }

  @Test
  @Rule("FEED-4")
  void aBookmarkMovesATypedFeedThroughWhatOthersWrote() {
    put("quiet", "1");
    try (ChangeFeed feed = backend().changes(end(), "quiet")) {
      assertNull(feed.poll());
      putEach("busy", "1", "2", "3");
      Changes bookmark = said(feed);
      assertTrue(bookmark.isBookmark());
      assertEquals(end(), bookmark.position());
      assertNull(feed.poll(), "it moves once");
      StoredRecord written = put("quiet", "2");
      Changes told = next(feed);
      assertEquals(List.of(written), told.records());
    }
  }

  @Test
  @Rule("FEED-4")
  void thePositionOfEveryAnswerIsTrue() {
    List<StoredRecord> all = history().stream().flatMap(List::stream).toList();
    for (String type : new String[] {null, "a", "ab", "b", "c", "none"}) {
      List<StoredRecord> mine =
          all.stream().filter(r -> type == null || r.type().equals(type)).toList();
      List<Changes> told = feed(begin(), type);
      List<StoredRecord> seen = new ArrayList<>();
      for (Changes answer : told) {
        seen.addAll(answer.records());
        assertEquals(
            mine.subList(seen.size(), mine.size()),
            records(feed(answer.position(), type)),
            "a feed opened from " + answer.position());
      }
      assertEquals(end(), told.get(told.size() - 1).position());
    }
  }

  @Test
  @Rule("FEED-5")
  void aTrimmedPositionIsRefusedAndTheEdgeIsNot() {
    List<List<StoredRecord>> batches = history();
    pass(span());
    Instant later = put(write("a", "1", ""), write("b", "1", "")).get(0).modifiedAt();
    backend().trim(later);
    long serverVersion = backend().versions().serverVersion();
    long dropped = batches.stream().mapToInt(List::size).sum();
    for (String type : new String[] {null, "a", "none"}) {
      for (long n = 0; n < dropped; n++) {
        Position position = new Position(serverVersion, n);
        failsWith(HistoryTrimmedException.class, () -> tell(position, type));
      }
    }
    assertEquals(2, changes(new Position(serverVersion, dropped)).size());
    assertEquals(1, records(feed(new Position(serverVersion, dropped), "a")).size());
    assertEquals(1, changes(new Position(serverVersion, dropped + 1)).size());
  }

  private void tell(Position position, String type) {
    try (ChangeFeed feed = backend().changes(position, type)) {
      feed.poll();
    }
  }

  @Test
  @Rule("FEED-5")
  void aLaggingReaderIsToldInMidStreamAndFromThenOn() {
    history();
    Position begin = begin();
    try (ChangeFeed all = backend().changes(begin, null);
        ChangeFeed typed = backend().changes(begin, "b");
        ChangeFeed silent = backend().changes(begin, "none")) {
      Changes first = next(all);
      assertEquals("one", first.records().get(0).payload().toUtf8());
      pass(span());
      backend().trim(put("z", "1").modifiedAt());
      for (int i = 0; i < 3; i++) {
        failsWith(HistoryTrimmedException.class, all::poll);
        failsWith(HistoryTrimmedException.class, typed::poll);
        failsWith(HistoryTrimmedException.class, silent::poll);
        put("b", "" + i);
      }
      assertEquals("one", first.records().get(0).payload().toUtf8());
    }
  }

  @Test
  @Rule("FEED-6")
  void aPositionInTheFutureIsRefused() {
    putEach("t", "1", "2");
    long serverVersion = backend().versions().serverVersion();
    for (long version : new long[] {3, 1000, Long.MAX_VALUE, -1}) {
      for (String type : new String[] {null, "t"}) {
        FutureVersionException error =
            failsWith(
                FutureVersionException.class,
                () -> backend().changes(new Position(serverVersion, version), type));
        assertEquals(version, error.asked());
        assertEquals(2, error.latest());
      }
    }
  }

  @Test
  @Rule("FEED-7")
  void aPositionOfAnotherHistoryIsRefusedBeforeAllElse() {
    putEach("t", "1", "2", "3");
    pass(span());
    backend().trim(put("t", "4").modifiedAt());
    long old = backend().versions().serverVersion();
    for (long version : new long[] {0, 2, 3, 4, 99}) {
      for (long other : new long[] {old + 1, 0, ~old}) {
        Position position = new Position(other, version);
        for (String type : new String[] {null, "t", "not written"}) {
          failsWith(HistoryReplacedException.class, () -> backend().changes(position, type));
        }
      }
    }
    backend().clear();
    put("t", "5");
    HistoryReplacedException error =
        failsWith(
            HistoryReplacedException.class, () -> backend().changes(new Position(old, 4), "t"));
    assertEquals(old, error.asked());
    assertEquals(backend().versions().serverVersion(), error.current());
  }

  @Test
  @Rule("FEED-14")
  void whatIsToldEqualsWhatWasStored() {
    List<StoredRecord> stored = new ArrayList<>();
    for (List<StoredRecord> batch : history()) {
      stored.addAll(batch);
      pass(span().dividedBy(9));
    }
    stored.addAll(put(delete("a", "1"), delete("a", "2")));
    assertEquals(stored, changes(begin()));
    List<Changes> told = feed(begin(), null);
    assertThrows(UnsupportedOperationException.class, () -> told.get(0).records().clear());
    assertFalse(told.get(0).isBookmark());
  }
}

package io.databroker.tck.chapters;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.databroker.api.Backend;
import io.databroker.api.ChangeFeed;
import io.databroker.api.Changes;
import io.databroker.api.ClosedException;
import io.databroker.api.HistoryReplacedException;
import io.databroker.api.HistoryTrimmedException;
import io.databroker.api.Position;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.tck.contract.Rule;
import io.databroker.tck.engine.Signal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;

/**
 * Rules of waiting feeds.
 *
 * <p><b>Thread-safety:</b> none; JUnit uses each instance on one thread.
 */
abstract class WaitingRules extends Chapter {
  WaitingRules() {}

  @Test
  @Rule("FEED-8")
  void aSignalRunsAtOnceIfThereIsSomethingToSay() {
    put("t", "1");
    Position begin = begin();
    for (String type : new String[] {null, "t"}) {
      try (ChangeFeed feed = backend().changes(begin, type)) {
        Signal signal = new Signal(bench.tuning.patience());
        feed.onReady(signal);
        signal.await("the signal of a feed that has a change");
      }
    }
  }

  @Test
  @Rule("FEED-8")
  void aSignalRunsOnceAWriteGivesTheFeedSomethingToSay() {
    capacity("small", 1);
    put("small", "0");
    for (String type : new String[] {null, "t"}) {
      try (ChangeFeed feed = backend().changes(end(), type)) {
        Signal first = waitOn(feed);
        put(write("other", "1", ""), write("t", "1", ""));
        first.await("the signal of a put");
        Signal second = waitOn(feed);
        put(delete("t", "1"));
        second.await("the signal of a delete");
      }
    }
    try (ChangeFeed feed = backend().changes(end(), "small")) {
      Signal signal = waitOn(feed);
      capacity("small", 0);
      signal.await("the signal of an eviction");
    }
    backend().setOptions("e", TypeOptions.NONE.withTtl(span()));
    put("e", "1");
    try (ChangeFeed feed = backend().changes(end(), "e")) {
      Signal signal = waitOn(feed);
      pass(span().multipliedBy(2));
      backend().expire();
      signal.await("the signal of an expiry");
    }
  }

  @Test
  @Rule("FEED-8")
  void aSignalRunsOnceAndASecondReplacesIt() {
    try (ChangeFeed feed = backend().changes(end(), null)) {
      AtomicInteger replaced = new AtomicInteger();
      AtomicInteger runs = new AtomicInteger();
      feed.poll();
      feed.onReady(replaced::incrementAndGet);
      Signal signal = new Signal(bench.tuning.patience());
      feed.onReady(
          () -> {
            runs.incrementAndGet();
            signal.run();
          });
      putEach("t", "1", "2", "3");
      signal.await("the second signal");
      Signal last = waitOn(feed);
      put("t", "4");
      last.await("a later signal");
      assertEquals(1, runs.get(), "a signal runs once");
      assertTrue(replaced.get() <= 1, "a signal runs once at most");
    }
  }

  @Test
  @Rule("FEED-8")
  void eachOfManyWaitersIsSignalled() {
    List<ChangeFeed> feeds = new ArrayList<>();
    List<Signal> signals = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      ChangeFeed feed = backend().changes(end(), i % 2 == 0 ? null : "t");
      feeds.add(feed);
      signals.add(waitOn(feed));
    }
    feeds.get(10).close();
    feeds.get(11).close();
    put("t", "1");
    signals.forEach(signal -> signal.await("the signal of one of many"));
    feeds.forEach(ChangeFeed::close);
  }

  @Test
  @Rule("FEED-9")
  void aTrimMovesAQuietFeedOnAndSignalsIt() {
    put("quiet", "1");
    int left = 10;
    while (!isMovedOnByATrim(left > 1)) {
      left--;
    }
  }

  /**
   * Returns whether the feed was certainly waiting during the trim: a signal may come without need
   * (FEED-8), and a feed whose signal has run no longer waits.
   */
  private boolean isMovedOnByATrim(boolean mayHaveStrayed) {
    try (ChangeFeed feed = backend().changes(end(), "quiet")) {
      Signal signal = waitOn(feed);
      putEach("busy", "1", "2", "3");
      pass(span());
      StoredRecord kept = put("busy", "4");
      backend().trim(kept.modifiedAt());
      signal.await("the signal of a trim");
      Changes bookmark;
      try {
        bookmark = said(feed);
      } catch (HistoryTrimmedException fallenOff) {
        if (mayHaveStrayed) {
          return false;
        }
        throw fallenOff;
      }
      assertTrue(bookmark.isBookmark(), "a bookmark, not history-trimmed");
      assertTrue(Long.compareUnsigned(bookmark.position().version(), kept.version() - 1) >= 0);
      StoredRecord written = put("quiet", "2");
      assertEquals(List.of(written), records(read(feed, 0, end().version())));
      return true;
    }
  }

  @Test
  @Rule("FEED-9")
  void aTrimMovesAFeedWhoseSignalIsDueButHasNotRun() {
    List<Runnable> handed = Collections.synchronizedList(new ArrayList<>());
    Backend backend = bench.open(1, bench.context().withNotifier(handed::add));
    try (ChangeFeed feed = backend.changes(backend.versions().end(), "quiet")) {
      waitOn(feed);
      backend.put(List.of(write("busy", "1", "")));
      pass(span());
      StoredRecord written = backend.put(List.of(write("quiet", "1", ""))).records().get(0);
      backend.trim(written.modifiedAt());
      assertEquals(List.of(written), records(read(feed, 0, written.version())));
    } finally {
      backend.close();
    }
  }

  @Test
  @Rule("FEED-9")
  void aTrimOfWhatAWaitingFeedShouldTellIsNotSkipped() {
    put("quiet", "1");
    try (ChangeFeed feed = backend().changes(end(), "quiet")) {
      Signal signal = waitOn(feed);
      putEach("busy", "1", "2");
      putEach("quiet", "2");
      pass(span());
      backend().trim(put("busy", "3").modifiedAt());
      signal.await("the signal of a write");
      failsWith(HistoryTrimmedException.class, feed::poll);
    }
  }

  @Test
  @Rule("FEED-5")
  void aTrimBehindOneThatMovedTheFeedSkipsNothing() {
    put("quiet", "1");
    try (ChangeFeed feed = backend().changes(end(), "quiet")) {
      Signal signal = waitOn(feed);
      putEach("busy", "1", "2");
      pass(span());
      backend().trim(put("busy", "3").modifiedAt());
      signal.await("the signal of a trim");
      put("quiet", "2");
      pass(span());
      backend().trim(put("busy", "4").modifiedAt());
      failsWith(HistoryTrimmedException.class, () -> drain(feed));
    }
  }

  @Test
  @Rule("FEED-5")
  void aTrimBehindOneThatOvertookTheFeedSkipsNothing() {
    put("quiet", "1");
    try (ChangeFeed feed = backend().changes(end(), "quiet")) {
      assertNull(feed.poll());
      put("quiet", "2");
      pass(span());
      backend().trim(put("busy", "1").modifiedAt());
      pass(span());
      backend().trim(put("busy", "2").modifiedAt());
      failsWith(HistoryTrimmedException.class, () -> drain(feed));
    }
  }

  private static void drain(ChangeFeed feed) {
    while (feed.poll() != null) {
      // A bookmark may come first.
    }
  }

  @Test
  @Rule("FEED-10")
  void stuckAndAbandonedReadersDelayNobody() {
    backend().close();
    Signal release = new Signal(bench.tuning.patience());
    List<Runnable> never = new ArrayList<>();
    var stuck =
        bench.open(
            1,
            bench
                .context()
                .withNotifier(
                    signal -> {
                      synchronized (never) {
                        never.add(signal);
                      }
                    }));
    Duration before = timeOf(() -> write(stuck, 0, 20));
    for (int i = 0; i < 200; i++) {
      ChangeFeed abandoned = stuck.changes(stuck.versions().begin(), i % 2 == 0 ? null : "t");
      if (i % 4 < 2) {
        abandoned.poll();
        abandoned.onReady(() -> release.await("the end of the test"));
      }
    }
    try (ChangeFeed reader = stuck.changes(stuck.versions().begin(), null)) {
      notSlower("200 writes with stuck readers", before, 10, () -> write(stuck, 20, 220));
      assertEquals(220, records(read(reader, 0, 220)).size());
    }
    release.run();
  }

  private static void write(Backend backend, int from, int to) {
    for (int i = from; i < to; i++) {
      backend.put(List.of(write("t", "" + i, "")));
    }
  }

  @Test
  @Rule("FEED-10")
  void aReaderThatFellBehindReadsAllTheSame() {
    Position begin = begin();
    List<StoredRecord> written = new ArrayList<>();
    List<StoredRecord> seen = new ArrayList<>();
    try (ChangeFeed fast = backend().changes(begin, null)) {
      IntConsumer writes =
          count -> {
            for (int i = 0; i < count; i++) {
              written.add(put("t", "" + i % 20));
              seen.addAll(next(fast).records());
            }
          };
      Duration before = timeOf(() -> writes.accept(30));
      try (ChangeFeed slow = backend().changes(begin, null)) {
        notSlower(
            "270 writes before a reader that fell behind", before, 9, () -> writes.accept(270));
        assertEquals(written, seen);
        assertEquals(written, records(read(slow, 0, 300)));
      }
    }
  }

  @Test
  @Rule("FEED-11")
  void clearEndsEveryFeedAndWakesItsWaiter() {
    put("t", "1");
    try (ChangeFeed all = backend().changes(end(), null);
        ChangeFeed typed = backend().changes(end(), "t");
        ChangeFeed behind = backend().changes(begin(), "t")) {
      Signal first = waitOn(all);
      Signal second = waitOn(typed);
      backend().clear();
      first.await("the signal of a clear");
      second.await("the signal of a clear, to a typed feed");
      for (ChangeFeed feed : List.of(all, typed, behind)) {
        failsWith(HistoryReplacedException.class, feed::poll);
        put("t", "2");
        failsWith(HistoryReplacedException.class, feed::poll);
        Signal again = new Signal(bench.tuning.patience());
        feed.onReady(again);
        again.await("the signal of an ended feed");
      }
    }
  }

  @Test
  @Rule("FEED-11")
  void closeEndsEveryFeedAndWakesItsWaiter() {
    put("t", "1");
    ChangeFeed all = backend().changes(end(), null);
    ChangeFeed typed = backend().changes(end(), "t");
    ChangeFeed behind = backend().changes(begin(), null);
    Signal first = waitOn(all);
    Signal second = waitOn(typed);
    backend().close();
    first.await("the signal of a close");
    second.await("the signal of a close, to a typed feed");
    for (ChangeFeed feed : List.of(all, typed, behind)) {
      failsWith(ClosedException.class, feed::poll);
      feed.close();
    }
  }

  @Test
  @Rule("FEED-12")
  void waitingFeedsHoldNoThread() {
    waitOn(backend().changes(end(), null));
    int before = Thread.activeCount();
    List<ChangeFeed> feeds = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      ChangeFeed feed = backend().changes(end(), "t" + i % 50);
      waitOn(feed);
      feeds.add(feed);
    }
    assertTrue(
        Thread.activeCount() < before + 50,
        () -> "500 waiting feeds took " + (Thread.activeCount() - before) + " threads");
    feeds.forEach(ChangeFeed::close);
  }

  @Test
  @Rule("FEED-13")
  void afterItsCloseAFeedFailsWithClosedAndItsSignalRuns() {
    put("t", "1");
    ChangeFeed feed = backend().changes(end(), null);
    Signal signal = waitOn(feed);
    feed.close();
    signal.await("the signal of a feed's close");
    feed.close();
    failsWith(ClosedException.class, feed::poll);
    Signal again = new Signal(bench.tuning.patience());
    feed.onReady(again);
    again.await("a signal set after the close");
    put("t", "2");
    failsWith(ClosedException.class, feed::poll);
    ChangeFeed unread = backend().changes(begin(), "t");
    unread.close();
    failsWith(ClosedException.class, unread::poll);
    assertNull(backend().get("t", "3"));
  }
}

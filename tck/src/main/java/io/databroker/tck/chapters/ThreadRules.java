package io.databroker.tck.chapters;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.databroker.api.ChangeFeed;
import io.databroker.api.ClosedException;
import io.databroker.api.Lease;
import io.databroker.api.Position;
import io.databroker.api.Selection;
import io.databroker.api.Snapshot;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.tck.contract.Rule;
import io.databroker.tck.engine.Signal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Feeds, snapshots and leases that one thread makes and another uses: a backend binds nothing to a
 * thread.
 *
 * <p><b>Thread-safety:</b> none; JUnit uses each instance on one thread.
 */
abstract class ThreadRules extends Chapter {
  private static final Duration LONG = Duration.ofHours(1);

  ThreadRules() {}

  /** Makes the call on a new thread, which then ends, and returns the answer. */
  private <T> @Nullable T byAnother(String what, Supplier<? extends @Nullable T> call) {
    AtomicReference<@Nullable T> answer = new AtomicReference<>();
    inTime(what + " by another thread", () -> answer.set(call.get()));
    return answer.get();
  }

  private <T> T madeByAnother(String what, Supplier<T> call) {
    T answer = byAnother(what, call);
    assertNotNull(answer, what + " by another thread");
    return answer;
  }

  @Test
  @Rule("FEED-1")
  void aFeedGoesOnInAnotherThread() {
    Position begin = end();
    List<StoredRecord> written = List.of(put("t", "1"), put("t", "2"), put("t", "3"));
    for (String type : new String[] {null, "t"}) {
      List<StoredRecord> read = new ArrayList<>();
      try (ChangeFeed feed = madeByAnother("changes", () -> backend().changes(begin, type))) {
        read.addAll(next(feed).records());
        read.addAll(madeByAnother("poll", () -> next(feed)).records());
        read.addAll(next(feed).records());
        assertEquals(written, read);
        assertNull(byAnother("poll", feed::poll));
      }
    }
  }

  @Test
  @Rule("FEED-8")
  void aSignalIsSetByAnotherThread() {
    for (String type : new String[] {null, "t"}) {
      try (ChangeFeed feed = madeByAnother("changes", () -> backend().changes(end(), type))) {
        Signal first = waitOn(feed);
        put("t", "1");
        first.await("the signal of a feed that another thread opened");
        Signal second = madeByAnother("poll and onReady", () -> waitOn(feed));
        put("t", "2");
        second.await("a signal that another thread set");
        Signal third = new Signal(bench.tuning.patience());
        inTime("onReady by another thread", () -> feed.onReady(third));
        third.await("a signal that another thread set on a feed with something to deliver");
      }
    }
  }

  @Test
  @Rule("FEED-13")
  void aFeedIsClosedByAnotherThread() {
    ChangeFeed feed = backend().changes(end(), null);
    Signal signal = waitOn(feed);
    inTime("the close of a feed by another thread", feed::close);
    signal.await("the signal of a feed that another thread closed");
    failsWith(ClosedException.class, feed::poll);
    ChangeFeed other = madeByAnother("changes", () -> backend().changes(end(), null));
    other.close();
    failsWith(ClosedException.class, other::poll);
  }

  /** Stores the records that each of the selections holds. */
  private Set<StoredRecord> selected() {
    backend().setOptions("t", TypeOptions.NONE.withIndexedFields("colour"));
    Set<StoredRecord> records = new HashSet<>();
    for (int i = 0; i < 6; i++) {
      records.addAll(put(write("t", "" + i, "colour=red")));
    }
    return records;
  }

  @Test
  @Rule({"SNAP-1", "SNAP-3"})
  void aSnapshotIsReadByAnotherThread() {
    Set<StoredRecord> records = selected();
    for (Selection selection : SnapshotRules.SELECTIONS) {
      try (Snapshot own = backend().snapshot(selection);
          Snapshot other = madeByAnother("snapshot", () -> backend().snapshot(selection))) {
        assertEquals(records, madeByAnother("records", () -> all(own)), () -> "of " + selection);
        assertEquals(records, all(own));
        assertEquals(records, all(other), () -> "taken by another thread, of " + selection);
        assertEquals(end(), madeByAnother("position", own::position));
        assertEquals(backend().options(), madeByAnother("options", own::options));
      }
    }
  }

  @Test
  @Rule({"SNAP-1", "SNAP-3"})
  void anIteratorGoesOnInAnotherThread() {
    Set<StoredRecord> records = selected();
    for (Selection selection : SnapshotRules.SELECTIONS) {
      try (Snapshot snapshot = backend().snapshot(selection)) {
        Set<StoredRecord> read = new HashSet<>();
        Iterator<StoredRecord> iterator = madeByAnother("records", snapshot::records);
        for (int i = 0; i < records.size(); i++) {
          boolean more =
              i % 2 == 0 ? iterator.hasNext() : madeByAnother("hasNext", iterator::hasNext);
          assertTrue(more, () -> "an iterator that two threads read ends early, of " + selection);
          read.add(i % 3 == 0 ? iterator.next() : madeByAnother("next", iterator::next));
        }
        assertEquals(records, read);
        assertFalse(iterator.hasNext());
      }
    }
  }

  @Test
  @Rule("SNAP-8")
  void aSnapshotIsClosedByAnotherThread() {
    put("t", "1");
    Snapshot snapshot = backend().snapshot(Selection.all());
    Iterator<StoredRecord> records = snapshot.records();
    inTime("the close of a snapshot by another thread", snapshot::close);
    failsWith(ClosedException.class, snapshot::records);
    failsWith(ClosedException.class, records::next);
  }

  @Test
  @Rule({"LEASE-1", "LEASE-7"})
  void aLeaseOutlastsTheThreadThatAcquiredIt() {
    madeByAnother("acquireLease", () -> backend().acquireLease("a", LONG));
    assertNull(backend().acquireLease("a", LONG), "held by a thread that has ended");
    acquired("b", LONG);
    assertNull(backend().acquireLease("b", LONG), "held by the same thread");
    assertNull(byAnother("acquireLease", () -> backend().acquireLease("b", LONG)));
  }

  @Test
  @Rule({"LEASE-3", "LEASE-5"})
  void aLeaseIsRenewedByAnotherThread() {
    Lease own = acquired("a", LONG);
    Lease other = madeByAnother("acquireLease", () -> backend().acquireLease("b", LONG));
    assertNotNull(
        byAnother("renewLease", () -> backend().renewLease("a", own.token(), LONG)),
        "the token renews, whichever thread has it");
    assertNotNull(backend().renewLease("b", other.token(), LONG), "the token renews");
  }

  @Test
  @Rule({"LEASE-6", "LEASE-5"})
  void aLeaseIsReleasedByAnotherThread() {
    Lease own = acquired("a", LONG);
    Lease other = madeByAnother("acquireLease", () -> backend().acquireLease("b", LONG));
    assertEquals(
        true,
        byAnother("releaseLease", () -> backend().releaseLease("a", own.token())),
        "the token releases, whichever thread has it");
    assertTrue(backend().releaseLease("b", other.token()), "the token releases");
    acquired("a", LONG);
    acquired("b", LONG);
  }
}

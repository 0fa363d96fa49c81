package io.databroker.tck.chapters;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.databroker.api.Backend;
import io.databroker.api.BlockingFeed;
import io.databroker.api.Capability;
import io.databroker.api.ChangeFeed;
import io.databroker.api.Checkpoint;
import io.databroker.api.ClosedException;
import io.databroker.api.Condition;
import io.databroker.api.FieldValue;
import io.databroker.api.Position;
import io.databroker.api.Selection;
import io.databroker.api.Snapshot;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.support.ForwardingFeed;
import io.databroker.tck.contract.Needs;
import io.databroker.tck.contract.Rule;
import io.databroker.tck.engine.KitThreads;
import io.databroker.tck.engine.Signal;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/**
 * Close.
 *
 * <p><b>Thread-safety:</b> none; JUnit uses each instance on one thread.
 */
abstract class CloseRules extends Chapter {
  CloseRules() {}

  @Test
  @Rule("CLOSE-1")
  void closeIsIdempotent() {
    put("t", "1");
    Backend backend = backend();
    backend.close();
    backend.close();
    inTime("a close by another thread", backend::close);
  }

  @Test
  @Rule("CLOSE-2")
  void afterItEveryMethodFailsWithClosed() {
    final StoredRecord stored = put("t", "1");
    put("t", "2");
    Backend backend = backend();
    Position end = end();
    ChangeFeed feed = backend.changes(end, null);
    ChangeFeed behind = backend.changes(backend.versions().begin(), "t");
    Snapshot snapshot = backend.snapshot(Selection.all());
    Iterator<StoredRecord> records = snapshot.records();
    records.next();
    backend.close();
    List<Executable> calls =
        List.of(
            backend::versions,
            () -> backend.put(List.of(write("t", "1", ""))),
            () -> backend.get("t", "1"),
            () -> backend.get("t", "absent"),
            backend::listTypes,
            () -> backend.snapshot(Selection.all()),
            () -> backend.changes(end, null),
            backend::options,
            () -> backend.setOptions("t", TypeOptions.NONE),
            () -> backend.acquireLease("a", Duration.ofSeconds(1)),
            () -> backend.renewLease("a", 1, Duration.ofSeconds(1)),
            () -> backend.releaseLease("a", 1),
            backend::expire,
            () -> backend.trim(now()),
            backend::clear,
            backend::checkpoint,
            () -> backend.setCheckpoint(new Checkpoint(1, 1)),
            () -> backend.snapshot(Selection.ofType("t")),
            () -> backend.snapshot(Selection.where("t", new FieldValue("colour", "red"))),
            () -> backend.changes(end, "t"),
            () -> backend.setOptions("t", TypeOptions.NONE.withCapacity(1)),
            () -> backend.put(List.of(delete("t", "absent"))),
            () -> backend.put(List.of(write("t", "1", "").when(Condition.ABSENT))),
            feed::poll,
            behind::poll,
            snapshot::records,
            () -> {
              while (records.hasNext()) {
                records.next();
              }
            });
    for (Executable call : calls) {
      failsWith(ClosedException.class, call);
    }
    if (has(Capability.RESTORE)) {
      failsWith(ClosedException.class, () -> backend.restore(List.of(stored)));
    }
    feed.close();
    snapshot.close();
    backend.close();
  }

  @Test
  @Rule("CLOSE-3")
  void closeWakesEveryWaiter() {
    put("t", "1");
    int waiters = 4;
    Signal[] ended = new Signal[waiters];
    AtomicReference<Object> other = new AtomicReference<>();
    for (int i = 0; i < waiters; i++) {
      Signal waiting = new Signal(bench.tuning.patience());
      ended[i] = new Signal(bench.tuning.patience());
      Signal mine = ended[i];
      BlockingFeed feed =
          new BlockingFeed(
              new SignallingFeed(backend().changes(end(), i % 2 == 0 ? null : "t"), waiting));
      KitThreads.start(
          "waiter",
          () -> {
            try {
              other.set(feed.next());
            } catch (ClosedException expected) {
              mine.run();
            } catch (InterruptedException | RuntimeException e) {
              other.set(e);
            }
          });
      waiting.await("a reader that waits");
    }
    backend().close();
    for (Signal signal : ended) {
      signal.await("the end of a reader that waited at the close");
    }
    assertNull(other.get());
  }

  /** Feed that reports when its reader begins to wait. */
  private static final class SignallingFeed extends ForwardingFeed {
    private final Signal waiting;

    SignallingFeed(ChangeFeed feed, Signal waiting) {
      super(feed);
      this.waiting = waiting;
    }

    @Override
    public void onReady(Runnable signal) {
      super.onReady(signal);
      waiting.run();
    }
  }

  @Test
  @Rule("CLOSE-4")
  @Needs(Capability.DURABLE)
  void aWriteThatFailedWithClosedWasNotApplied() {
    StoredRecord kept = put("t", "1");
    Backend closed = backend();
    closed.close();
    failsWith(ClosedException.class, () -> closed.put(List.of(write("t", "1", "late"))));
    reopen();
    assertEquals(kept, backend().get("t", "1"));
    assertEquals(1, backend().versions().latest());
  }
}

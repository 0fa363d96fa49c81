package io.databroker.tck.races;

import io.databroker.api.Backend;
import io.databroker.api.Bytes;
import io.databroker.api.ChangeFeed;
import io.databroker.api.ClosedException;
import io.databroker.api.Selection;
import io.databroker.api.Snapshot;
import io.databroker.api.SnapshotExpiredException;
import io.databroker.api.StoredRecord;
import io.databroker.api.Write;
import io.databroker.tck.engine.RunningTime;
import io.databroker.tck.text.Texts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Overlaps of a call with the event that ends its feed or its snapshot. These calls are so short
 * that they would rarely overlap on a single processor without the yields.
 */
@SuppressWarnings("ThreadPriorityCheck") // yields only to make threads overlap, not for correctness
public final class ClosingMeetings {
  private static final String TYPE = "t";
  private static final int RECORDS = 60;

  /** Number of records from one yield to the next. */
  private static final int YIELDS = 16;

  private ClosingMeetings() {}

  /**
   * A signal that is set during the close of its feed: it runs, whichever of the two takes effect
   * first.
   *
   * @param patience how long to wait for the signal
   */
  public static Encounters.Meeting signalBesideAClose(Duration patience) {
    return signal(patience, (backend, feed) -> feed.close());
  }

  /**
   * A signal that is set during a clear, which ends its feed: it runs, whichever of the two takes
   * effect first.
   */
  public static Encounters.Meeting signalBesideAClear(Duration patience) {
    return signal(patience, (backend, feed) -> backend.clear());
  }

  private static Encounters.Meeting signal(
      Duration patience, BiConsumer<Backend, ChangeFeed> ending) {
    return new Encounters.Meeting() {
      private @Nullable ChangeFeed feed;
      private CountDownLatch last = new CountDownLatch(0);

      private ChangeFeed feed() {
        return Objects.requireNonNull(feed);
      }

      @Override
      public void prepare(Backend backend, SplittableRandom random) {
        feed = backend.changes(backend.versions().end(), random.nextBoolean() ? null : TYPE);
        feed().poll();
      }

      @Override
      public void decide(Backend backend) {
        ending.accept(backend, feed());
      }

      @Override
      public void write(Backend backend) {
        CountDownLatch signal = new CountDownLatch(1);
        last = signal; // a later signal replaces it
        feed().onReady(signal::countDown);
        Thread.yield();
      }

      @Override
      public @Nullable String problem(Backend backend) {
        boolean came;
        try {
          came = RunningTime.await(last, patience);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          came = true;
        }
        feed().close();
        return came ? null : "a signal was set during the end of its feed, and does not run";
      }
    };
  }

  /** Readers of a snapshot during its close: they read all of it, or fail with closed. */
  public static Encounters.Meeting readersBesideACloseOfTheirSnapshot() {
    return new Encounters.Meeting() {
      private Set<StoredRecord> stored = Set.of();
      private @Nullable Snapshot snapshot;
      private volatile @Nullable String seen;

      private Snapshot snapshot() {
        return Objects.requireNonNull(snapshot);
      }

      @Override
      public void prepare(Backend backend, SplittableRandom random) {
        if (stored.isEmpty()) {
          List<Write> batch = new ArrayList<>();
          for (int i = 0; i < RECORDS; i++) {
            batch.add(Write.put(TYPE, "" + i, Bytes.utf8("payload " + i)));
          }
          stored = new HashSet<>(backend.put(batch).records());
        }
        snapshot =
            backend.snapshot(random.nextBoolean() ? Selection.all() : Selection.ofType(TYPE));
      }

      @Override
      public void decide(Backend backend) {
        snapshot().close();
      }

      @Override
      public void write(Backend backend) {
        Set<StoredRecord> read = new HashSet<>();
        try {
          Iterator<StoredRecord> records = snapshot().records();
          while (records.hasNext()) {
            read.add(records.next());
            if (read.size() % YIELDS == 0) {
              Thread.yield();
            }
          }
        } catch (ClosedException | SnapshotExpiredException allowed) {
          if (!stored.containsAll(read)) {
            seen = "before it was closed, a snapshot returned a record that was never stored";
          }
          return;
        }
        if (!read.equals(stored)) {
          seen =
              Texts.format(
                  "a reader during the close of its snapshot read %d records to the end, but the"
                      + " snapshot holds %d",
                  read.size(), stored.size());
        }
      }

      @Override
      public @Nullable String problem(Backend backend) {
        return seen;
      }
    };
  }
}

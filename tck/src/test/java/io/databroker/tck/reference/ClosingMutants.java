package io.databroker.tck.reference;

import static io.databroker.tck.reference.Mutant.backend;
import static io.databroker.tck.reference.Mutant.feed;

import io.databroker.api.ClosedException;
import io.databroker.api.Lease;
import io.databroker.api.Position;
import io.databroker.api.PutResult;
import io.databroker.api.Selection;
import io.databroker.api.Snapshot;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Mutants of calls that come after the close of what they use, or run during it. */
final class ClosingMutants {
  private ClosingMutants() {}

  static List<Mutant> all() {
    return List.of(
        backend(
            "CLOSE-2",
            "restore-after-close",
            "a closed backend still restores records",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public PutResult restore(List<StoredRecord> batch) {
                    synchronized (store) {
                      return writer().restore(batch);
                    }
                  }
                }),
        backend(
            "CLOSE-4",
            "lease-under-a-close",
            "a lease that is acquired during a close uses what the close has freed",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public @Nullable Lease acquireLease(String name, Duration duration) {
                    synchronized (store) {
                      checkOpen();
                    }
                    Mutant.pause();
                    try {
                      return super.acquireLease(name, duration);
                    } catch (ClosedException freed) {
                      throw new IllegalStateException("freed", freed);
                    }
                  }
                }),
        feed(
            "FEED-13",
            "signal-lost-beside-a-close",
            "sets a signal without checking again whether its feed was closed",
            (subject, from, type) ->
                new LateFeed(subject, from, type) {
                  @Override
                  boolean ended() {
                    return closed;
                  }

                  @Override
                  boolean due(boolean ended) {
                    return ended || (!closed && ready());
                  }
                }),
        feed(
            "FEED-11",
            "signal-lost-beside-a-clear",
            "sets a signal without checking again whether the history of its feed ended",
            (subject, from, type) ->
                new LateFeed(subject, from, type) {
                  @Override
                  boolean ended() {
                    return store.serverVersion != serverVersion;
                  }

                  @Override
                  boolean due(boolean ended) {
                    boolean same = store.serverVersion == serverVersion;
                    return ended || closed || backend.closed || (same && ready());
                  }
                }),
        backend(
            "SNAP-8",
            "snapshot-ends-at-its-close",
            "an iterator that meets the close of its snapshot ends, as if there were no more records",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public Snapshot snapshot(Selection selection) {
                    synchronized (store) {
                      checkOpen();
                      Position position = new Position(store.serverVersion, store.latest);
                      return new EndingSnapshot(this, position, options(), select(selection));
                    }
                  }
                }));
  }

  /** Looks whether it has ended, and sets its signal later, without a second look. */
  private abstract static class LateFeed extends ReferenceFeed {
    LateFeed(ReferenceBackend backend, Position from, @Nullable String type) {
      super(backend, from, type);
    }

    abstract boolean ended();

    abstract boolean due(boolean ended);

    @Override
    public void onReady(Runnable signal) {
      boolean ended;
      synchronized (store) {
        ended = ended();
      }
      Mutant.pause();
      synchronized (store) {
        this.signal = signal;
        if (due(ended)) {
          signal();
        }
      }
    }
  }

  /** Treats a close during an iteration as the end of the records. */
  private static final class EndingSnapshot extends ReferenceSnapshot {
    EndingSnapshot(
        ReferenceBackend backend,
        Position position,
        Map<String, TypeOptions> options,
        List<StoredRecord> records) {
      super(backend, position, options, records);
    }

    @Override
    public Iterator<StoredRecord> records() {
      Iterator<StoredRecord> records = super.records();
      return new Iterator<>() {
        @Override
        public boolean hasNext() {
          checkOpen();
          Mutant.pause();
          try {
            return records.hasNext();
          } catch (ClosedException meanwhile) {
            return false;
          }
        }

        @Override
        public StoredRecord next() {
          return records.next();
        }
      };
    }
  }
}

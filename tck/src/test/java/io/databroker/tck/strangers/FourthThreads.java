package io.databroker.tck.strangers;

import static io.databroker.tck.strangers.Stranger.backend;
import static io.databroker.tck.strangers.Stranger.feed;
import static io.databroker.tck.strangers.Stranger.over;

import io.databroker.api.BackendContext;
import io.databroker.api.Changes;
import io.databroker.api.Lease;
import io.databroker.api.Position;
import io.databroker.api.Selection;
import io.databroker.api.Snapshot;
import io.databroker.api.StoredRecord;
import io.databroker.api.support.ForwardingSnapshot;
import io.databroker.tck.reference.ReferenceBackend;
import io.databroker.tck.reference.ReferenceFeed;
import io.databroker.tck.reference.Store;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Feeds, snapshots and leases that are bound to the thread that made them. */
final class FourthThreads {
  private FourthThreads() {}

  static List<Stranger> all() {
    List<Stranger> all = new ArrayList<>(feeds());
    all.addAll(snapshots());
    all.addAll(leases());
    return all;
  }

  private static List<Stranger> feeds() {
    return List.of(
        feed(
            "FEED-1 FEED-8",
            "feeds-of-their-thread",
            "a poll by a thread other than the one that opened the feed returns null",
            (backend, from, type) ->
                new ReferenceFeed(backend, from, type) {
                  private final Thread owner = Thread.currentThread();

                  @Override
                  public @Nullable Changes poll() {
                    return Thread.currentThread() == owner || closed ? super.poll() : null;
                  }
                }),
        feed(
            "FEED-13 FEED-17",
            "feeds-closed-by-their-thread",
            "a close by a thread other than the one that opened the feed does nothing",
            (backend, from, type) ->
                new ReferenceFeed(backend, from, type) {
                  private final Thread owner = Thread.currentThread();

                  @Override
                  public void close() {
                    if (Thread.currentThread() == owner) {
                      super.close();
                    }
                  }
                }),
        feed(
            "FEED-8",
            "signals-of-their-thread",
            "a signal that is set by a thread other than the one that opened the feed is lost",
            (backend, from, type) ->
                new ReferenceFeed(backend, from, type) {
                  private final Thread owner = Thread.currentThread();

                  @Override
                  public void onReady(Runnable signal) {
                    if (Thread.currentThread() == owner) {
                      super.onReady(signal);
                    }
                  }
                }),
        backend(
            "FEED-8 FEED-10",
            "one-waiter-per-thread",
            "a thread's next signal takes the place of its last one, which is never run",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  private final Map<Thread, Runnable> last = new HashMap<>();

                  @Override
                  protected ReferenceFeed feed(Position from, @Nullable String type) {
                    return new ReferenceFeed(this, from, type) {
                      @Override
                      public void onReady(Runnable given) {
                        synchronized (store) {
                          Runnable forget = last.put(Thread.currentThread(), () -> signal = null);
                          if (forget != null) {
                            forget.run();
                          }
                          super.onReady(given);
                        }
                      }
                    };
                  }
                }));
  }

  private static List<Stranger> snapshots() {
    return List.of(
        over(
            "SNAP-1 SNAP-3 SNAP-4",
            "snapshots-of-their-thread",
            "a snapshot is empty for other threads than the one that took it",
            inner ->
                new Passing(inner) {
                  @Override
                  public Snapshot snapshot(Selection selection) {
                    Thread owner = Thread.currentThread();
                    return new ForwardingSnapshot(inner.snapshot(selection)) {
                      @Override
                      public Iterator<StoredRecord> records() {
                        Iterator<StoredRecord> records = super.records();
                        return Thread.currentThread() == owner
                            ? records
                            : Collections.emptyIterator();
                      }
                    };
                  }
                }),
        over(
            "SNAP-1 SNAP-3 SNAP-4",
            "iterators-of-their-thread",
            "an iterator ends when another thread continues it",
            inner ->
                new Passing(inner) {
                  @Override
                  public Snapshot snapshot(Selection selection) {
                    return new ForwardingSnapshot(inner.snapshot(selection)) {
                      @Override
                      public Iterator<StoredRecord> records() {
                        Thread owner = Thread.currentThread();
                        Iterator<StoredRecord> records = super.records();
                        return new Iterator<>() {
                          @Override
                          public boolean hasNext() {
                            return records.hasNext() && Thread.currentThread() == owner;
                          }

                          @Override
                          public StoredRecord next() {
                            return records.next();
                          }
                        };
                      }
                    };
                  }
                }),
        over(
            "SNAP-8",
            "snapshots-closed-by-their-thread",
            "a close by a thread other than the one that took the snapshot does nothing",
            inner ->
                new Passing(inner) {
                  @Override
                  public Snapshot snapshot(Selection selection) {
                    Thread owner = Thread.currentThread();
                    return new ForwardingSnapshot(inner.snapshot(selection)) {
                      @Override
                      public void close() {
                        if (Thread.currentThread() == owner) {
                          super.close();
                        }
                      }
                    };
                  }
                }),
        over(
            "SNAP-1 SNAP-3 SNAP-4",
            "one-cursor-per-thread",
            "a new iterator of a thread ends the last one of that thread, whatever its snapshot",
            inner ->
                new Passing(inner) {
                  private final Map<Thread, Object> newest = new ConcurrentHashMap<>();

                  @Override
                  public Snapshot snapshot(Selection selection) {
                    return new ForwardingSnapshot(inner.snapshot(selection)) {
                      @Override
                      public Iterator<StoredRecord> records() {
                        Iterator<StoredRecord> records = super.records();
                        Object own = new Object();
                        newest.put(Thread.currentThread(), own);
                        return new Iterator<>() {
                          @Override
                          public boolean hasNext() {
                            return records.hasNext() && newest.get(Thread.currentThread()) == own;
                          }

                          @Override
                          public StoredRecord next() {
                            return records.next();
                          }
                        };
                      }
                    };
                  }
                }),
        over(
            "SNAP-1 SNAP-3 SNAP-4",
            "one-cursor-per-backend",
            "iterators of different snapshots share one cursor of the thread",
            inner ->
                new Passing(inner) {
                  private final Map<Thread, Iterator<StoredRecord>> cursor =
                      new ConcurrentHashMap<>();

                  @Override
                  public Snapshot snapshot(Selection selection) {
                    return new ForwardingSnapshot(inner.snapshot(selection)) {
                      @Override
                      public Iterator<StoredRecord> records() {
                        Iterator<StoredRecord> own = super.records();
                        cursor.put(Thread.currentThread(), own);
                        return new Iterator<>() {
                          @Override
                          public boolean hasNext() {
                            var unused = own.hasNext(); // fails when it is closed
                            Iterator<StoredRecord> current = cursor.get(Thread.currentThread());
                            return (current == null ? own : current).hasNext();
                          }

                          @Override
                          public StoredRecord next() {
                            Iterator<StoredRecord> current = cursor.get(Thread.currentThread());
                            return (current == null ? own : current).next();
                          }
                        };
                      }
                    };
                  }
                }));
  }

  private static List<Stranger> leases() {
    return List.of(
        backend(
            "LEASE-3 LEASE-5",
            "leases-renewed-by-their-thread",
            "a renewal by a thread other than the one that acquired the lease returns null",
            (store, context) ->
                new OwnedLeases(store, context) {
                  @Override
                  public @Nullable Lease renewLease(String name, long token, Duration duration) {
                    synchronized (store) {
                      return isOwner(token) ? super.renewLease(name, token, duration) : null;
                    }
                  }
                }),
        backend(
            "LEASE-6 LEASE-5",
            "leases-released-by-their-thread",
            "a release by a thread other than the one that acquired the lease returns false",
            (store, context) ->
                new OwnedLeases(store, context) {
                  @Override
                  public boolean releaseLease(String name, long token) {
                    synchronized (store) {
                      boolean holds = holds(name, token);
                      return super.releaseLease(name, holds && !isOwner(token) ? 0 : token);
                    }
                  }
                }),
        backend(
            "LEASE-1",
            "leases-are-reentrant",
            "the thread that holds a name acquires it again, with the same token",
            (store, context) ->
                new OwnedLeases(store, context) {
                  @Override
                  public @Nullable Lease acquireLease(String name, Duration duration) {
                    synchronized (store) {
                      Lease held = store.leases.get(name);
                      return held != null && lasts(held) && isOwner(held.token())
                          ? held
                          : super.acquireLease(name, duration);
                    }
                  }
                }),
        backend(
            "LEASE-1 LEASE-3 LEASE-7",
            "leases-end-with-their-thread",
            "a lease is over when the thread that acquired it has ended",
            (store, context) ->
                new OwnedLeases(store, context) {
                  @Override
                  protected boolean lasts(Lease lease) {
                    Thread owner = owners.get(lease.token());
                    return super.lasts(lease) && (owner == null || owner.isAlive());
                  }
                }));
  }

  /** Remembers which thread acquired each lease. */
  private static class OwnedLeases extends ReferenceBackend {
    final Map<Long, Thread> owners = new HashMap<>();

    OwnedLeases(Store store, BackendContext context) {
      super(store, context);
    }

    final boolean isOwner(long token) {
      Thread owner = owners.get(token);
      return owner == null || owner == Thread.currentThread();
    }

    @Override
    public @Nullable Lease acquireLease(String name, Duration duration) {
      synchronized (store) {
        Lease lease = super.acquireLease(name, duration);
        if (lease != null) {
          owners.putIfAbsent(lease.token(), Thread.currentThread());
        }
        return lease;
      }
    }
  }
}

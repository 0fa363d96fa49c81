package io.databroker.tck.reference;

import static io.databroker.tck.reference.Mutant.backend;
import static io.databroker.tck.reference.Mutant.feed;
import static io.databroker.tck.reference.Mutant.writer;

import io.databroker.api.Changes;
import io.databroker.api.ClearResult;
import io.databroker.api.ClosedException;
import io.databroker.api.Position;
import io.databroker.api.StoredRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** Feeds that miss signals, hold up others, or do not end. */
final class WaitingMutants {
  private WaitingMutants() {}

  static List<Mutant> all() {
    List<Mutant> mutants = new ArrayList<>(waiting());
    mutants.addAll(ending());
    return mutants;
  }

  private static List<Mutant> waiting() {
    return List.of(
        feed(
            "FEED-8",
            "signal-without-a-second-look",
            "sets a signal without checking for changes made meanwhile",
            (backend, from, type) ->
                new ReferenceFeed(backend, from, type) {
                  @Override
                  protected boolean ready() {
                    return closed || backend.closed || store.serverVersion != serverVersion;
                  }
                }),
        feed(
            "FEED-8",
            "signal-looked-for-too-early",
            "checks for changes, releases the lock, and then waits",
            (backend, from, type) ->
                new ReferenceFeed(backend, from, type) {
                  @Override
                  public void onReady(Runnable signal) {
                    boolean ready;
                    synchronized (store) {
                      ready = ready();
                    }
                    Mutant.pause();
                    synchronized (store) {
                      this.signal = signal;
                      if (ready) {
                        signal();
                      }
                    }
                  }
                }),
        backend(
            "FEED-8",
            "one-waiter-signalled",
            "a write signals only one of the waiting feeds",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  private boolean signalled;

                  @Override
                  protected ReferenceWriter writer() {
                    signalled = false;
                    return super.writer();
                  }

                  @Override
                  protected ReferenceFeed feed(Position from, @Nullable String type) {
                    return new ReferenceFeed(this, from, type) {
                      @Override
                      protected void published(List<StoredRecord> batch) {
                        if (!signalled
                            && signal != null
                            && batch.stream().anyMatch(this::concerns)) {
                          signalled = true;
                          signal();
                        }
                      }
                    };
                  }
                }),
        feed(
            "FEED-8",
            "signal-runs-again-and-again",
            "runs a signal at each write",
            (backend, from, type) ->
                new ReferenceFeed(backend, from, type) {
                  @Override
                  protected void signal() {
                    if (signal != null) {
                      backend.context.notifier().execute(signal);
                    }
                  }
                }),
        feed(
            "FEED-9",
            "quiet-feed-falls-off",
            "a trim leaves a quiet feed behind",
            (backend, from, type) ->
                new ReferenceFeed(backend, from, type) {
                  @Override
                  protected void trimmed(List<StoredRecord> dropped) {
                    if (ready()) {
                      signal();
                    }
                  }
                }),
        feed(
            "FEED-9",
            "quiet-feed-not-told",
            "a trim moves a quiet feed without signalling it",
            (backend, from, type) ->
                new ReferenceFeed(backend, from, type) {
                  private boolean trimming;

                  @Override
                  protected void trimmed(List<StoredRecord> dropped) {
                    trimming = true;
                    super.trimmed(dropped);
                    trimming = false;
                  }

                  @Override
                  protected void signal() {
                    if (!trimming) {
                      super.signal();
                    }
                  }
                }),
        feed(
            "FEED-9",
            "signal-due-counts-as-run",
            "a trim leaves behind a feed whose signal is due but has not run",
            (backend, from, type) ->
                new ReferenceFeed(backend, from, type) {
                  @Override
                  protected void signal() {
                    waiting &= signal == null;
                    super.signal();
                  }
                }),
        feed(
            "FEED-9",
            "waiting-feed-moved-past-its-own",
            "a trim moves a waiting feed past changes that it must deliver",
            (backend, from, type) ->
                new ReferenceFeed(backend, from, type) {
                  @Override
                  protected void trimmed(List<StoredRecord> dropped) {
                    position = Math.max(position, store.trimmed);
                    moved = true;
                    signal();
                  }
                }),
        backend(
            "FEED-10",
            "writer-waits-for-readers",
            "a write waits while a reader is more than 64 batches behind",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  protected ReferenceWriter writer() {
                    while (!closed
                        && store.feeds.stream()
                            .anyMatch(f -> store.log.tailMap(f.position, false).size() > 64)) {
                      try {
                        store.wait(50);
                      } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                        break;
                      }
                    }
                    return super.writer();
                  }
                }),
        feed(
            "FEED-12",
            "thread-per-waiter",
            "a thread waits for each feed",
            (backend, from, type) ->
                new ReferenceFeed(backend, from, type) {
                  @Override
                  public void onReady(Runnable signal) {
                    Thread waiter =
                        new Thread(
                            () -> {
                              synchronized (store) {
                                while (!ready()) {
                                  try {
                                    store.wait(20);
                                  } catch (InterruptedException e) {
                                    return;
                                  }
                                }
                              }
                              try {
                                backend.context.notifier().execute(signal);
                              } catch (RejectedExecutionException e) {
                                // the test is over
                              }
                            });
                    waiter.setDaemon(true);
                    waiter.start();
                  }
                }));
  }

  private static List<Mutant> ending() {
    return List.of(
        backend(
            "FEED-11",
            "clear-leaves-waiters-asleep",
            "a clear signals no feed",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  private boolean clearing;

                  @Override
                  public ClearResult clear() {
                    synchronized (store) {
                      clearing = true;
                      try {
                        return super.clear();
                      } finally {
                        clearing = false;
                      }
                    }
                  }

                  @Override
                  protected ReferenceFeed feed(Position from, @Nullable String type) {
                    return new ReferenceFeed(this, from, type) {
                      @Override
                      protected void signal() {
                        if (!clearing) {
                          super.signal();
                        }
                      }
                    };
                  }
                }),
        feed(
            "FEED-11",
            "feed-survives-a-clear",
            "a feed continues with the next history",
            (backend, from, type) ->
                new ReferenceFeed(backend, from, type) {
                  @Override
                  protected void checkHeld() {
                    if (store.serverVersion == serverVersion) {
                      super.checkHeld();
                    }
                  }
                }),
        backend(
            "CLOSE-3",
            "close-leaves-waiters-asleep",
            "a close signals no feed",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public void close() {
                    synchronized (store) {
                      closed = true;
                    }
                  }
                }),
        feed(
            "FEED-13",
            "closed-feed-tells-on",
            "a closed feed still returns changes",
            (backend, from, type) ->
                new ReferenceFeed(backend, from, type) {
                  @Override
                  protected void checkOpen() {
                    backend.checkOpen();
                  }
                }),
        feed(
            "FEED-13",
            "closed-feed-leaves-its-waiter",
            "closing a feed does not run its waiting signal",
            (backend, from, type) ->
                new ReferenceFeed(backend, from, type) {
                  @Override
                  public void close() {
                    synchronized (store) {
                      closed = true;
                      store.feeds.remove(this);
                    }
                  }
                }),
        backend(
            "CLOSE-2",
            "feed-silent-after-close",
            "a feed of a closed backend returns null",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  protected ReferenceFeed feed(Position from, @Nullable String type) {
                    return new ReferenceFeed(this, from, type) {
                      @Override
                      public @Nullable Changes poll() {
                        try {
                          return super.poll();
                        } catch (ClosedException silent) {
                          return null;
                        }
                      }
                    };
                  }
                }),
        writer(
            "CAP-2",
            "eviction-not-told",
            "an eviction does not appear in the feed",
            backend ->
                new ReferenceWriter(backend) {
                  @Override
                  protected void evict(StoredRecord victim) {
                    remove(victim);
                  }
                }),
        writer(
            "TTL-2",
            "expiry-not-told",
            "an expiry does not appear in the feed",
            backend ->
                new ReferenceWriter(backend) {
                  @Override
                  protected void expire(StoredRecord live) {
                    remove(live);
                  }
                }));
  }
}

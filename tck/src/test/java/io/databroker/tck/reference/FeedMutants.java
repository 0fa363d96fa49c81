package io.databroker.tck.reference;

import static io.databroker.tck.reference.Mutant.backend;
import static io.databroker.tck.reference.Mutant.feed;
import static io.databroker.tck.reference.Mutant.writer;

import io.databroker.api.Bytes;
import io.databroker.api.Changes;
import io.databroker.api.ClearResult;
import io.databroker.api.ClosedException;
import io.databroker.api.FutureVersionException;
import io.databroker.api.HistoryReplacedException;
import io.databroker.api.HistoryTrimmedException;
import io.databroker.api.Position;
import io.databroker.api.StoredRecord;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** Feeds that lose, repeat or confuse changes, or miss signals. */
final class FeedMutants {
  private FeedMutants() {}

  static List<Mutant> all() {
    List<Mutant> mutants = new ArrayList<>(telling());
    mutants.addAll(opening());
    mutants.addAll(waiting());
    mutants.addAll(ending());
    return mutants;
  }

  /** Changes the answers of polls. */
  private interface Telling {
    @Nullable Changes told(ReferenceFeed feed, @Nullable Changes right);
  }

  private static Mutant telling(String rule, String name, String defect, Telling telling) {
    return feed(
        rule,
        name,
        defect,
        (backend, from, type) ->
            new ReferenceFeed(backend, from, type) {
              @Override
              public @Nullable Changes poll() {
                synchronized (store) {
                  return telling.told(this, super.poll());
                }
              }
            });
  }

  private static List<Mutant> telling() {
    return List.of(
        feed(
            "FEED-1",
            "feed-repeats-its-position",
            "begins with the change at its position, not after it",
            (backend, from, type) ->
                new ReferenceFeed(
                    backend,
                    new Position(from.serverVersion(), Math.max(0, from.version() - 1)),
                    type)),
        feed(
            "FEED-1",
            "feed-skips-a-late-commit",
            "after an empty poll it continues from the last version, read later",
            (backend, from, type) ->
                new ReferenceFeed(backend, from, type) {
                  @Override
                  public @Nullable Changes poll() {
                    Changes next = super.poll();
                    if (next == null) {
                      Mutant.pause();
                      synchronized (store) {
                        position = store.latest;
                      }
                    }
                    return next;
                  }
                }),
        feed(
            "FEED-2",
            "feed-splits-batches",
            "delivers a batch change by change",
            (backend, from, type) ->
                new ReferenceFeed(backend, from, type) {
                  private final Deque<StoredRecord> rest = new ArrayDeque<>();

                  @Override
                  public @Nullable Changes poll() {
                    synchronized (store) {
                      if (rest.isEmpty()) {
                        Changes whole = super.poll();
                        if (whole == null || whole.isBookmark()) {
                          return whole;
                        }
                        rest.addAll(whole.records());
                      }
                      StoredRecord next = rest.remove();
                      long end = rest.isEmpty() ? position : next.version();
                      return new Changes(List.of(next), new Position(serverVersion, end));
                    }
                  }
                }),
        telling(
            "FEED-2",
            "feed-joins-batches",
            "delivers all batches in one answer",
            (feed, right) -> {
              if (right == null) {
                return null;
              }
              List<StoredRecord> told = new ArrayList<>(right.records());
              for (Map.Entry<Long, List<StoredRecord>> batch :
                  feed.store.log.tailMap(feed.position, false).entrySet()) {
                batch.getValue().stream().filter(feed::concerns).forEach(told::add);
                feed.position = batch.getKey();
              }
              return new Changes(told, new Position(feed.serverVersion, feed.position));
            }),
        feed(
            "FEED-2",
            "feed-restarts-its-batch",
            "a feed opened inside a batch begins with the whole batch",
            (backend, from, type) -> {
              Map.Entry<Long, List<StoredRecord>> batch =
                  backend.store.log.higherEntry(from.version());
              long begin = batch == null ? from.version() : batch.getValue().get(0).version() - 1;
              return new ReferenceFeed(
                  backend,
                  new Position(from.serverVersion(), Math.min(begin, from.version())),
                  type);
            }),
        feed(
            "FEED-3",
            "feed-of-a-prefix",
            "a feed of a type also delivers types whose names begin with its name",
            (backend, from, type) ->
                new ReferenceFeed(backend, from, type) {
                  @Override
                  protected boolean concerns(StoredRecord change) {
                    return type == null || change.type().startsWith(type);
                  }
                }),
        telling(
            "FEED-4",
            "bookmark-ahead",
            "a bookmark is one version ahead of the read position",
            (feed, right) ->
                right == null || !right.isBookmark()
                    ? right
                    : new Changes(
                        List.of(),
                        new Position(feed.serverVersion, right.position().version() + 1))),
        telling(
            "FEED-4",
            "no-bookmarks",
            "a typed feed does not move when other types are written",
            (feed, right) -> right == null || right.isBookmark() ? null : right),
        telling(
            "FEED-4",
            "answer-behind-its-position",
            "an answer's position is before its last change",
            (feed, right) ->
                right == null || right.isBookmark()
                    ? right
                    : new Changes(
                        right.records(),
                        new Position(feed.serverVersion, right.position().version() - 1))),
        telling(
            "FEED-14",
            "feed-with-rough-times",
            "delivers times cut to the second",
            (feed, right) ->
                right == null
                    ? null
                    : new Changes(
                        right.records().stream().map(FeedMutants::rough).toList(),
                        right.position())),
        telling(
            "FEED-14",
            "feed-without-payloads",
            "delivers changes without payloads",
            (feed, right) ->
                right == null
                    ? null
                    : new Changes(
                        right.records().stream().map(FeedMutants::bare).toList(),
                        right.position())));
  }

  private static StoredRecord rough(StoredRecord record) {
    return new StoredRecord(
        record.type(),
        record.id(),
        record.version(),
        record.payload(),
        record.modifiedAt().truncatedTo(ChronoUnit.SECONDS),
        record.deleted());
  }

  private static StoredRecord bare(StoredRecord record) {
    return new StoredRecord(
        record.type(),
        record.id(),
        record.version(),
        Bytes.EMPTY,
        record.modifiedAt(),
        record.deleted());
  }

  /** A mutant that accepts other positions. */
  private static Mutant judging(String rule, String name, String defect, Judge judge) {
    return backend(
        rule,
        name,
        defect,
        (store, context) ->
            new ReferenceBackend(store, context) {
              @Override
              protected void checkPosition(Position from) {
                judge.check(store, from, () -> super.checkPosition(from));
              }
            });
  }

  /** A mutant that treats version 0 as another position. */
  private static Mutant fromZero(String name, String defect, Zero taken) {
    return backend(
        "FEED-16",
        name,
        defect,
        (store, context) ->
            new ReferenceBackend(store, context) {
              @Override
              protected Position fromZero(Position zero) {
                return taken.of(store, zero, super.fromZero(zero));
              }
            });
  }

  private interface Zero {
    Position of(Store store, Position zero, Position right);
  }

  private interface Judge {
    void check(Store store, Position from, Runnable right);
  }

  private static List<Mutant> opening() {
    return List.of(
        feed(
            "FEED-5",
            "lagging-reader-skips",
            "a reader that a trim overtook continues with the remaining changes",
            (backend, from, type) ->
                new ReferenceFeed(backend, from, type) {
                  @Override
                  protected void checkHeld() {
                    if (Long.compareUnsigned(position, store.trimmed) < 0) {
                      position = store.trimmed;
                    }
                    super.checkHeld();
                  }
                }),
        judging(
            "FEED-5",
            "trimmed-edge-refused",
            "rejects the earliest position held",
            (store, from, right) -> {
              right.run();
              if (store.trimmed != 0 && from.version() == store.trimmed) {
                throw new HistoryTrimmedException(from.version(), store.trimmed + 1);
              }
            }),
        feed(
            "FEED-5",
            "moved-feed-moved-past-its-own",
            "after a trim moved a feed, the next trim moves it past changes that it must deliver",
            (backend, from, type) ->
                new ReferenceFeed(backend, from, type) {
                  @Override
                  protected void trimmed(List<StoredRecord> dropped) {
                    if (moved) {
                      position = store.trimmed;
                    }
                    super.trimmed(dropped);
                  }
                }),
        feed(
            "FEED-5",
            "overtaken-feed-moved-on",
            "a later trim moves a feed that an earlier trim has overtaken",
            (backend, from, type) ->
                new ReferenceFeed(backend, from, type) {
                  @Override
                  protected void overtaken() {}
                }),
        feed(
            "FEED-5",
            "trimmed-typed-reader-skips",
            "a typed reader gets no error after a trim overtook it",
            (backend, from, type) ->
                new ReferenceFeed(backend, from, type) {
                  @Override
                  protected void checkHeld() {
                    if (type != null && Long.compareUnsigned(position, store.trimmed) < 0) {
                      position = store.trimmed;
                    }
                    super.checkHeld();
                  }
                }),
        judging(
            "FEED-6",
            "future-accepted",
            "accepts a future version, and waits for it",
            (store, from, right) -> {
              try {
                right.run();
              } catch (FutureVersionException accepted) {
                // waits
              }
            }),
        judging(
            "FEED-7",
            "other-history-accepted",
            "accepts a position of another history",
            (store, from, right) -> {
              if (from.version() > store.latest || from.version() < store.trimmed) {
                right.run();
              }
            }),
        judging(
            "FEED-7",
            "history-judged-last",
            "checks the version of a position before its history",
            (store, from, right) -> {
              if (Long.compareUnsigned(from.version(), store.latest) > 0) {
                throw new FutureVersionException(from.version(), store.latest);
              }
              if (Long.compareUnsigned(from.version(), store.trimmed) < 0) {
                throw new HistoryTrimmedException(from.version(), store.trimmed + 1);
              }
              right.run();
            }),
        fromZero(
            "zero-trimmed-by-clear",
            "counts version 0 as trimmed after a clear",
            (store, zero, right) -> zero),
        fromZero(
            "zero-is-the-end",
            "treats version 0 as the last version after a clear",
            (store, zero, right) ->
                store.begun == 0 ? right : new Position(zero.serverVersion(), store.latest)),
        judging(
            "ERR-1",
            "errors-of-the-jdk",
            "rejects positions with an exception of the JDK",
            (store, from, right) -> {
              try {
                right.run();
              } catch (FutureVersionException | HistoryReplacedException e) {
                throw new IllegalArgumentException("no such position");
              }
            }));
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

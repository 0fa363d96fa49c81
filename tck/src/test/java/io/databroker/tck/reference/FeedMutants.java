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

/** Feeds that lose, repeat, confuse or sleep. */
final class FeedMutants {
  private FeedMutants() {}

  static List<Mutant> all() {
    List<Mutant> mutants = new ArrayList<>(telling());
    mutants.addAll(opening());
    mutants.addAll(waiting());
    mutants.addAll(ending());
    return mutants;
  }

  /** Changes what a poll answers. */
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
            "begins with the change of its position, not behind it",
            (backend, from, type) ->
                new ReferenceFeed(
                    backend,
                    new Position(from.serverVersion(), Math.max(0, from.version() - 1)),
                    type)),
        feed(
            "FEED-1",
            "feed-skips-a-late-commit",
            "when it has nothing to say it goes on from the last version, read later",
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
            "tells a batch change by change",
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
            "tells all that there is in one answer",
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
            "a feed opened inside a batch begins with all of it",
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
            "a feed of a type tells of the types of which it is a prefix",
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
            "a bookmark stands one version further than it was read",
            (feed, right) ->
                right == null || !right.isBookmark()
                    ? right
                    : new Changes(
                        List.of(),
                        new Position(feed.serverVersion, right.position().version() + 1))),
        telling(
            "FEED-4",
            "no-bookmarks",
            "a typed feed does not move where others write",
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
            "tells times to the second",
            (feed, right) ->
                right == null
                    ? null
                    : new Changes(
                        right.records().stream().map(FeedMutants::rough).toList(),
                        right.position())),
        telling(
            "FEED-14",
            "feed-without-payloads",
            "tells of writes without what was written",
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

  /** Judges positions otherwise. */
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

  /** Takes version 0 for another position. */
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
            "a reader that a trim overtook goes on with what is left",
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
            "refuses the earliest position that is held",
            (store, from, right) -> {
              right.run();
              if (store.trimmed != 0 && from.version() == store.trimmed) {
                throw new HistoryTrimmedException(from.version(), store.trimmed + 1);
              }
            }),
        feed(
            "FEED-5",
            "moved-feed-moved-past-its-own",
            "a feed that a trim has moved is moved by the next one past what it should tell",
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
            "a feed that a trim has overtaken is moved on by a later one",
            (backend, from, type) ->
                new ReferenceFeed(backend, from, type) {
                  @Override
                  protected void overtaken() {}
                }),
        feed(
            "FEED-5",
            "trimmed-typed-reader-skips",
            "a typed reader is not told that it was overtaken by a trim",
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
            "waits for a version that there is not yet",
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
            "takes a position of another history for its own",
            (store, from, right) -> {
              if (from.version() > store.latest || from.version() < store.trimmed) {
                right.run();
              }
            }),
        judging(
            "FEED-7",
            "history-judged-last",
            "looks at the version of a position before its history",
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
            "takes version 0 for the last version after a clear",
            (store, zero, right) ->
                store.begun == 0 ? right : new Position(zero.serverVersion(), store.latest)),
        judging(
            "ERR-1",
            "errors-of-the-jdk",
            "refuses positions with an error of the JDK",
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
            "sets a signal without looking whether something came meanwhile",
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
            "looks whether there is something, lets go of the lock, and then waits",
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
            "a write signals one of those who wait",
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
            "a trim moves a quiet feed and does not signal it",
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
            "a trim moves a waiting feed past what it should tell",
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
            "a write waits while a reader has more than 64 batches before it",
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
            "a clear signals nobody",
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
            "a feed goes on with the next history",
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
            "a close signals nobody",
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
            "a closed feed answers",
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
            "closing a feed does not signal who waits for it",
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
            "a feed of a closed backend has nothing to say",
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

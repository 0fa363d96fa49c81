package io.databroker.tck.strangers;

import static io.databroker.tck.strangers.Stranger.backend;
import static io.databroker.tck.strangers.Stranger.feed;

import io.databroker.api.ChangeFeed;
import io.databroker.api.Changes;
import io.databroker.api.FutureVersionException;
import io.databroker.api.HistoryTrimmedException;
import io.databroker.api.Position;
import io.databroker.api.PutResult;
import io.databroker.api.StoredRecord;
import io.databroker.api.Write;
import io.databroker.tck.reference.ReferenceBackend;
import io.databroker.tck.reference.ReferenceFeed;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Defects of feeds and their signals. */
final class ThirdFeeds {
  private ThirdFeeds() {}

  static List<Stranger> all() {
    List<Stranger> all = new ArrayList<>(positions());
    all.addAll(polls());
    all.addAll(signals());
    return all;
  }

  private static List<Stranger> positions() {
    return List.of(
        backend(
            "FEED-6",
            "versions-are-signed",
            "takes a position over 2^63 for one before the history",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  protected void checkPosition(Position from) {
                    if (from.serverVersion() == store.serverVersion && from.version() < 0) {
                      throw new HistoryTrimmedException(from.version(), store.trimmed + 1);
                    }
                    super.checkPosition(from);
                  }
                }),
        backend(
            "FEED-6 ERR-1",
            "future-names-the-position-twice",
            "future-version names the given version as the last one",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  protected void checkPosition(Position from) {
                    try {
                      super.checkPosition(from);
                    } catch (FutureVersionException future) {
                      throw new FutureVersionException(from.version(), from.version());
                    }
                  }
                }),
        backend(
            "FEED-7 FEED-11 CLEAR-5",
            "a-feed-is-opened-beside-a-clear",
            "checks a position, releases the lock, and opens the feed in the then current history",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public ChangeFeed changes(Position from, @Nullable String type) {
                    synchronized (store) {
                      checkOpen();
                      checkPosition(from.version() == 0 ? fromZero(from) : from);
                    }
                    Stranger.pause();
                    synchronized (store) {
                      return super.changes(
                          from.version() < store.trimmed
                              ? from
                              : new Position(store.serverVersion, from.version()),
                          type);
                    }
                  }
                }),
        feed(
            "FEED-5",
            "a-poll-looks-then-reads",
            "checks that its position is held, releases the lock, and reads",
            (backend, from, type) ->
                new ReferenceFeed(backend, from, type) {
                  private boolean checking;

                  @Override
                  public @Nullable Changes poll() {
                    synchronized (store) {
                      checkOpen();
                      checking = true;
                      checkHeld();
                      checking = false;
                    }
                    Stranger.pause();
                    return super.poll();
                  }

                  @Override
                  protected void checkHeld() {
                    if (checking || store.serverVersion != serverVersion) {
                      super.checkHeld();
                    }
                  }
                }));
  }

  private static List<Stranger> polls() {
    return List.of(
        feed(
            "FEED-1 FEED-2",
            "lagging-feeds-are-compacted",
            "a feed over 200 batches behind does not deliver writes that were replaced since",
            (backend, from, type) ->
                new ReferenceFeed(backend, from, type) {
                  @Override
                  public @Nullable Changes poll() {
                    synchronized (store) {
                      long before = position;
                      Changes all = super.poll();
                      if (all == null || store.latest - before < 200) {
                        return all;
                      }
                      List<StoredRecord> kept = new ArrayList<>(all.records());
                      kept.removeIf(
                          change -> {
                            var ofType = store.live.get(change.type());
                            StoredRecord live = ofType == null ? null : ofType.get(change.id());
                            return live != null && live.version() != change.version();
                          });
                      return new Changes(kept, all.position());
                    }
                  }
                }),
        feed(
            "FEED-4 FEED-9 FEED-8",
            "bookmarks-without-end",
            "a typed feed with nothing new returns a bookmark of the same position, not null",
            (backend, from, type) ->
                new ReferenceFeed(backend, from, type) {
                  @Override
                  public @Nullable Changes poll() {
                    synchronized (store) {
                      Changes seen = super.poll();
                      return seen == null && type != null
                          ? new Changes(List.of(), new Position(serverVersion, position))
                          : seen;
                    }
                  }
                }),
        feed(
            "FEED-3 FEED-1 FEED-2 FEED-4",
            "routed-by-the-first-16-changes",
            "a typed feed skips a batch if none of its first 16 changes is of its type",
            (backend, from, type) ->
                new ReferenceFeed(backend, from, type) {
                  @Override
                  public @Nullable Changes poll() {
                    synchronized (store) {
                      Changes seen = super.poll();
                      List<StoredRecord> batch =
                          seen == null ? null : store.log.get(seen.position().version());
                      return batch == null
                              || batch.size() < 17
                              || batch.subList(0, 16).stream().anyMatch(this::concerns)
                          ? seen
                          : new Changes(List.of(), seen.position());
                    }
                  }
                }),
        feed(
            "FEED-1 ERR-4 FEED-8",
            "interrupted-polls-return-null",
            "a poll of an interrupted thread returns null",
            (backend, from, type) ->
                new ReferenceFeed(backend, from, type) {
                  @Override
                  public @Nullable Changes poll() {
                    synchronized (store) {
                      checkOpen();
                      checkHeld();
                      return Thread.currentThread().isInterrupted() ? null : super.poll();
                    }
                  }
                }));
  }

  private static List<Stranger> signals() {
    return List.of(
        feed(
            "FEED-10 FEED-8",
            "the-writer-runs-the-signals",
            "runs signals on the thread of the writer, under its lock",
            (backend, from, type) ->
                new ReferenceFeed(backend, from, type) {
                  @Override
                  protected void signal() {
                    Runnable run = signal;
                    signal = null;
                    if (run != null) {
                      waiting = false;
                      try {
                        run.run();
                      } catch (RuntimeException ignored) {
                        return; // the caller's failure is not the writer's
                      }
                    }
                  }
                }),
        backend(
            "FEED-8",
            "one-task-for-all-signals",
            "runs the signals of a batch in one task, which ends with the first that throws",
            (store, context) -> {
              List<Runnable> collected = new ArrayList<>();
              boolean[] collecting = {false};
              return new ReferenceBackend(
                  store,
                  context.withNotifier(
                      signal -> {
                        if (collecting[0]) {
                          collected.add(signal);
                        } else {
                          context.notifier().execute(signal);
                        }
                      })) {
                @Override
                public PutResult put(List<Write> batch) {
                  synchronized (store) {
                    collecting[0] = true;
                    try {
                      return super.put(batch);
                    } finally {
                      collecting[0] = false;
                      List<Runnable> all = List.copyOf(collected);
                      collected.clear();
                      if (!all.isEmpty()) {
                        context.notifier().execute(() -> all.forEach(Runnable::run));
                      }
                    }
                  }
                }
              };
            }),
        backend(
            "FEED-17",
            "the-last-signals-are-kept",
            "keeps the last 64 signals that it ran",
            (store, context) -> {
              Deque<Runnable> ran = new ArrayDeque<>();
              return new ReferenceBackend(
                  store,
                  context.withNotifier(
                      signal -> {
                        synchronized (ran) {
                          ran.add(signal);
                          if (ran.size() > 64) {
                            ran.remove();
                          }
                        }
                        context.notifier().execute(signal);
                      }));
            }),
        backend(
            "FEED-8",
            "sixty-four-waiters",
            "holds the signals of 64 feeds; the next takes the place of the oldest",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  private final Deque<Waiter> waiters = new ArrayDeque<>();

                  /** A feed with a place among the waiters. */
                  class Waiter extends ReferenceFeed {
                    Waiter(ReferenceBackend backend, Position from, @Nullable String type) {
                      super(backend, from, type);
                    }

                    @Override
                    public void onReady(Runnable given) {
                      synchronized (store) {
                        super.onReady(given);
                        waiters.remove(this);
                        if (signal != null) {
                          waiters.add(this);
                          if (waiters.size() > 64) {
                            Objects.requireNonNull(waiters.poll()).signal = null;
                          }
                        }
                      }
                    }

                    @Override
                    protected void signal() {
                      waiters.remove(this);
                      super.signal();
                    }
                  }

                  @Override
                  protected ReferenceFeed feed(Position from, @Nullable String type) {
                    return new Waiter(this, from, type);
                  }
                }));
  }
}

package io.databroker.tck.strangers;

import static io.databroker.tck.strangers.Stranger.backend;
import static io.databroker.tck.strangers.Stranger.feed;
import static io.databroker.tck.strangers.Stranger.over;
import static io.databroker.tck.strangers.Stranger.writer;

import io.databroker.api.Bytes;
import io.databroker.api.ChangeFeed;
import io.databroker.api.Changes;
import io.databroker.api.ClearResult;
import io.databroker.api.FutureVersionException;
import io.databroker.api.HistoryTrimmedException;
import io.databroker.api.Position;
import io.databroker.api.PutResult;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import io.databroker.api.support.ForwardingFeed;
import io.databroker.tck.reference.ReferenceBackend;
import io.databroker.tck.reference.ReferenceFeed;
import io.databroker.tck.reference.ReferenceWriter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/** Feeds that lose, split or hold changes. */
final class FeedStrangers {
  private FeedStrangers() {}

  static List<Stranger> all() {
    List<Stranger> all = new ArrayList<>(answers());
    all.addAll(positions());
    all.addAll(signals());
    return all;
  }

  private static List<Stranger> answers() {
    return List.of(
        over(
            "FEED-2",
            "wide-batches-in-two-answers",
            "delivers a batch of over 300 changes in two answers",
            inner ->
                new Passing(inner) {
                  @Override
                  public ChangeFeed changes(Position from, @Nullable String type) {
                    return new ForwardingFeed(inner.changes(from, type)) {
                      private final Deque<Changes> rest = new ArrayDeque<>();

                      @Override
                      public @Nullable Changes poll() {
                        if (!rest.isEmpty()) {
                          super.poll();
                          return rest.poll();
                        }
                        Changes all = super.poll();
                        if (all == null || all.records().size() <= 300) {
                          return all;
                        }
                        List<StoredRecord> half = all.records().subList(0, 300);
                        rest.add(
                            new Changes(
                                all.records().subList(300, all.records().size()), all.position()));
                        return new Changes(
                            half,
                            new Position(all.position().serverVersion(), half.get(299).version()));
                      }
                    };
                  }
                }),
        feed(
            "FEED-4 FEED-1",
            "a-bookmark-reads-the-end-late",
            "the position of a bookmark is the last version a moment after the feed was read",
            (backend, from, type) ->
                new ReferenceFeed(backend, from, type) {
                  @Override
                  public @Nullable Changes poll() {
                    Changes seen = super.poll();
                    if (seen == null || !seen.isBookmark()) {
                      return seen;
                    }
                    Stranger.pause();
                    synchronized (store) {
                      if (store.serverVersion == serverVersion) {
                        position = store.latest;
                      }
                      return new Changes(List.of(), new Position(serverVersion, position));
                    }
                  }
                }),
        backend(
            "FEED-14 TTL-2 PUT-7",
            "expiries-without-payload",
            "the delete of an expiry has no payload if the type has over 40 records",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  protected ReferenceWriter writer() {
                    return new ReferenceWriter(this) {
                      @Override
                      protected void expire(StoredRecord live) {
                        boolean large = ofType(live.type()).size() > 40;
                        super.expire(live);
                        if (large) {
                          StoredRecord last = changes.remove(changes.size() - 1);
                          changes.add(
                              new StoredRecord(
                                  last.type(),
                                  last.id(),
                                  last.version(),
                                  Bytes.EMPTY,
                                  last.modifiedAt(),
                                  true));
                        }
                      }
                    };
                  }
                }),
        over(
            "FEED-10",
            "a-queue-for-each-feed",
            "copies each batch for each open feed, and keeps it until the feed reads it",
            inner ->
                new Passing(inner) {
                  private final List<Queue<byte[]>> queues = new ArrayList<>();

                  @Override
                  public PutResult put(List<Write> batch) {
                    PutResult result = inner.put(batch);
                    synchronized (queues) {
                      for (StoredRecord it : result.records()) {
                        queues.forEach(queue -> queue.add(it.payload().toByteArray()));
                      }
                    }
                    return result;
                  }

                  @Override
                  public ChangeFeed changes(Position from, @Nullable String type) {
                    Queue<byte[]> queue = new ConcurrentLinkedQueue<>();
                    ChangeFeed feed = inner.changes(from, type);
                    synchronized (queues) {
                      queues.add(queue);
                    }
                    return new ForwardingFeed(feed) {
                      @Override
                      public @Nullable Changes poll() {
                        queue.clear();
                        return super.poll();
                      }

                      @Override
                      public void close() {
                        synchronized (queues) {
                          queues.removeIf(it -> it == queue);
                        }
                        super.close();
                      }
                    };
                  }
                }),
        feed(
            "FEED-3",
            "types-of-equal-hash-in-a-feed",
            "a typed feed also delivers types of the same length with an equal hash code",
            (backend, from, type) ->
                new ReferenceFeed(backend, from, type) {
                  @Override
                  protected boolean concerns(StoredRecord change) {
                    return type == null
                        || (type.length() == change.type().length()
                            && type.hashCode() == change.type().hashCode());
                  }
                }));
  }

  private static List<Stranger> positions() {
    return List.of(
        feed(
            "FEED-5",
            "typed-feeds-skip-what-was-trimmed",
            "a typed feed that was not waiting skips trimmed changes if none were of its type",
            (backend, from, type) ->
                new ReferenceFeed(backend, from, type) {
                  private boolean lost;

                  @Override
                  protected void trimmed(List<StoredRecord> dropped) {
                    lost |=
                        dropped.stream().anyMatch(it -> it.version() > position && concerns(it));
                    if (type != null && !lost && position < store.trimmed) {
                      position = store.trimmed;
                      moved = true;
                    }
                    super.trimmed(dropped);
                  }
                }),
        backend(
            "FEED-16 FEED-5",
            "zero-after-a-trim",
            "after a clear, a feed opened at 0 starts at the first change held, trimmed or not",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  protected Position fromZero(Position zero) {
                    return store.begun > 0
                        ? new Position(zero.serverVersion(), store.trimmed)
                        : super.fromZero(zero);
                  }
                }),
        backend(
            "FEED-7",
            "typed-feeds-look-at-the-version-first",
            "a typed feed at a later version of another history fails with future-version",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public ChangeFeed changes(Position from, @Nullable String type) {
                    synchronized (store) {
                      checkOpen();
                      if (type != null && from.version() > store.latest) {
                        throw new FutureVersionException(from.version(), store.latest);
                      }
                      return super.changes(from, type);
                    }
                  }
                }),
        feed(
            "FEED-5 ERR-1",
            "names-a-wrong-first-version",
            "history-trimmed names the next version as the first one held",
            (backend, from, type) ->
                new ReferenceFeed(backend, from, type) {
                  @Override
                  protected void checkHeld() {
                    try {
                      super.checkHeld();
                    } catch (HistoryTrimmedException trimmed) {
                      throw new HistoryTrimmedException(position, position + 1);
                    }
                  }
                }),
        Stranger.durable(
            "FEED-16 CAPA-1 VER-7",
            "a-reopen-forgets-where-it-began",
            "after a reopen, a history that began with a clear cannot be read from version 0",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  private final boolean again = store.latest > 0;

                  @Override
                  protected Position fromZero(Position zero) {
                    return again && store.begun > 0 ? zero : super.fromZero(zero);
                  }
                }));
  }

  private static List<Stranger> signals() {
    return List.of(
        writer(
            "FEED-8 RESTORE-1",
            "a-restore-wakes-nobody",
            "a restore signals no waiting feed",
            backend ->
                new ReferenceWriter(backend) {
                  @Override
                  protected PutResult restore(List<StoredRecord> records) {
                    List<ReferenceFeed> asleep = List.copyOf(store.feeds);
                    store.feeds.clear();
                    try {
                      return super.restore(records);
                    } finally {
                      store.feeds.addAll(asleep);
                    }
                  }
                }),
        writer(
            "FEED-8 OPT-3",
            "a-lower-capacity-wakes-nobody",
            "the evictions of a lowered capacity signal no waiting feed",
            backend ->
                new ReferenceWriter(backend) {
                  @Override
                  protected void setOptions(String type, TypeOptions options) {
                    List<ReferenceFeed> asleep = List.copyOf(store.feeds);
                    store.feeds.clear();
                    try {
                      super.setOptions(type, options);
                    } finally {
                      store.feeds.addAll(asleep);
                    }
                  }
                }),
        feed(
            "FEED-8 FEED-13",
            "closing-one-forgets-its-kin",
            "closing a feed takes away the signals of the other feeds of its type",
            (backend, from, type) -> new Kin(backend, from, type)),
        backend(
            "FEED-11",
            "a-clear-of-nothing-wakes-nobody",
            "a clear of a store without live records signals no feed",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public ClearResult clear() {
                    synchronized (store) {
                      if (!store.live.isEmpty()) {
                        return super.clear();
                      }
                      List<ReferenceFeed> asleep = List.copyOf(store.feeds);
                      store.feeds.clear();
                      try {
                        return super.clear();
                      } finally {
                        store.feeds.addAll(asleep);
                      }
                    }
                  }
                }),
        feed(
            "FEED-9",
            "the-second-trim-overtakes",
            "a feed that a trim has moved, and that waits again, is not moved by the next trim",
            (backend, from, type) ->
                new ReferenceFeed(backend, from, type) {
                  private int moves;

                  @Override
                  protected void trimmed(List<StoredRecord> dropped) {
                    long before = position;
                    if (moves > 0) {
                      waiting = false;
                    }
                    super.trimmed(dropped);
                    if (before != position) {
                      moves++;
                    }
                  }
                }),
        over(
            "FEED-8 CLOSE-3 FEED-11",
            "late-signals-after-close",
            "onReady of a feed whose backend was closed runs nothing",
            inner ->
                new Passing(inner) {
                  private volatile boolean closed;

                  @Override
                  public ChangeFeed changes(Position from, @Nullable String type) {
                    return new ForwardingFeed(inner.changes(from, type)) {
                      @Override
                      public void onReady(Runnable signal) {
                        if (!closed) {
                          super.onReady(signal);
                        }
                      }
                    };
                  }

                  @Override
                  public void close() {
                    inner.close();
                    closed = true;
                  }
                }));
  }

  /** A feed whose close removes all feeds of its type from those that are notified. */
  private static final class Kin extends ReferenceFeed {
    Kin(ReferenceBackend backend, Position from, @Nullable String type) {
      super(backend, from, type);
    }

    @Override
    public void close() {
      synchronized (store) {
        super.close();
        store.feeds.removeIf(it -> it instanceof Kin kin && Objects.equals(kin.type, type));
      }
    }
  }
}

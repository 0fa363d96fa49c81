package io.databroker.tck.reference;

import static io.databroker.tck.reference.Mutant.backend;
import static io.databroker.tck.reference.Mutant.feed;

import io.databroker.api.Bytes;
import io.databroker.api.Changes;
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
import org.jspecify.annotations.Nullable;

/** Feeds that lose, repeat or confuse changes, or miss signals. */
final class FeedMutants {
  private FeedMutants() {}

  static List<Mutant> all() {
    List<Mutant> mutants = new ArrayList<>(telling());
    mutants.addAll(opening());
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
            "after an empty poll, continues from a last version that it reads later",
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
}

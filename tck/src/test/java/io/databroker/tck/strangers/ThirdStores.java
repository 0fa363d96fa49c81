package io.databroker.tck.strangers;

import static io.databroker.tck.strangers.Stranger.backend;
import static io.databroker.tck.strangers.Stranger.durable;
import static io.databroker.tck.strangers.Stranger.shared;

import io.databroker.api.BackendContext;
import io.databroker.api.ClosedException;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import io.databroker.tck.reference.ReferenceBackend;
import io.databroker.tck.reference.ReferenceFeed;
import io.databroker.tck.reference.ReferenceWriter;
import io.databroker.tck.reference.Store;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Defects of trims, of reopened stores and of stores with several handles. */
final class ThirdStores {
  private ThirdStores() {}

  static List<Stranger> all() {
    List<Stranger> all = new ArrayList<>(trims());
    all.addAll(reopens());
    all.addAll(handles());
    return all;
  }

  /** Drops the first batches of the history. */
  private static class Trimming extends ReferenceBackend {
    Trimming(Store store, BackendContext context) {
      super(store, context);
    }

    /** Returns how many of the batches to drop. */
    int drops(List<List<StoredRecord>> batches, Instant before) {
      int first = 0;
      while (first < batches.size() && older(batches.get(first), before)) {
        first++;
      }
      return first;
    }

    private int left;

    @Override
    public long trim(Instant before) {
      synchronized (store) {
        left = drops(List.copyOf(store.log.values()), before);
        return super.trim(left == 0 ? Instant.EPOCH : Instant.MAX);
      }
    }

    @Override
    protected boolean older(List<StoredRecord> batch, Instant before) {
      return before.equals(Instant.MAX) ? left-- > 0 : super.older(batch, before);
    }
  }

  private static List<Stranger> trims() {
    return List.of(
        backend(
            "TRIM-1",
            "a-trim-searches-by-halves",
            "finds the end of a trim by binary search, as if times only grew",
            (store, context) ->
                new Trimming(store, context) {
                  @Override
                  int drops(List<List<StoredRecord>> batches, Instant before) {
                    int low = 0;
                    int high = batches.size();
                    while (low < high) {
                      int middle = (low + high) >>> 1;
                      if (older(batches.get(middle), before)) {
                        low = middle + 1;
                      } else {
                        high = middle;
                      }
                    }
                    return low;
                  }
                }),
        backend(
            "TRIM-1 TRIM-3",
            "trims-whole-segments",
            "a trim drops segments of 16 batches, and keeps one that is old in part",
            (store, context) ->
                new Trimming(store, context) {
                  @Override
                  int drops(List<List<StoredRecord>> batches, Instant before) {
                    int drops = super.drops(batches, before);
                    return drops == batches.size() ? drops : drops / 16 * 16;
                  }
                }),
        backend(
            "TRIM-1",
            "trims-until-2262",
            "a trim before a time after 2262, too large for nanoseconds in a long, drops nothing",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public long trim(Instant before) {
                    return super.trim(
                        before.getEpochSecond() > Long.MAX_VALUE / 1_000_000_000
                            ? Instant.EPOCH
                            : before);
                  }
                }));
  }

  private static List<Stranger> reopens() {
    return List.of(
        durable(
            "FEED-2 CAPA-1 VER-7",
            "a-reopen-splits-batches",
            "after a reopen, a feed delivers each change as a batch",
            (store, context) -> {
              Map<Long, List<StoredRecord>> batches = new TreeMap<>(store.log);
              store.log.clear();
              batches
                  .values()
                  .forEach(
                      batch ->
                          batch.forEach(
                              change -> store.log.put(change.version(), List.of(change))));
              return new ReferenceBackend(store, context);
            }),
        durable(
            "PUT-12 CAPA-1 FEED-14 VER-7",
            "a-reopen-cuts-times",
            "after a reopen, times are cut to milliseconds",
            (store, context) -> {
              store.live.values().forEach(of -> of.replaceAll((id, record) -> cut(record)));
              store.log.replaceAll(
                  (version, batch) -> batch.stream().map(ThirdStores::cut).toList());
              return new ReferenceBackend(store, context);
            }),
        durable(
            "PUT-1 CLOSE-4",
            "a-close-cuts-a-batch",
            "a put that meets a close fails with closed after its first writes were applied",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  private volatile boolean closing;

                  @Override
                  public void close() {
                    closing = true;
                    super.close();
                  }

                  @Override
                  protected ReferenceWriter writer() {
                    return new ReferenceWriter(this) {
                      @Override
                      protected StoredRecord apply(Write write) {
                        if (closing && !changes.isEmpty()) {
                          publish();
                          throw new ClosedException("the backend");
                        }
                        Stranger.pause();
                        return super.apply(write);
                      }
                    };
                  }
                }));
  }

  private static StoredRecord cut(StoredRecord record) {
    return new StoredRecord(
        record.type(),
        record.id(),
        record.version(),
        record.payload(),
        record.modifiedAt().truncatedTo(ChronoUnit.MILLIS),
        record.deleted());
  }

  private static List<Stranger> handles() {
    return List.of(
        shared(
            "CAPA-1 OPT-1 CAP-1 SNAP-2",
            "a-handle-caches-options",
            "a handle returns the options that it has set or read last",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  private @Nullable Map<String, TypeOptions> cached;
                  private long of;

                  @Override
                  public Map<String, TypeOptions> options() {
                    synchronized (store) {
                      if (cached == null || of != store.serverVersion) {
                        cached = super.options();
                        of = store.serverVersion;
                      }
                      checkOpen();
                      return cached;
                    }
                  }

                  @Override
                  public void setOptions(String type, TypeOptions options) {
                    synchronized (store) {
                      cached = null;
                      super.setOptions(type, options);
                    }
                  }
                }),
        shared(
            "FEED-8 CAPA-1 FEED-1",
            "a-handle-signals-its-own-feeds",
            "a write signals only the feeds that were opened by its handle",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  protected ReferenceFeed feed(
                      io.databroker.api.Position from, @Nullable String type) {
                    return new ReferenceFeed(this, from, type) {
                      @Override
                      protected void published(List<StoredRecord> batch) {
                        if (writing) {
                          super.published(batch);
                        }
                      }
                    };
                  }

                  private boolean writing;

                  @Override
                  public io.databroker.api.PutResult put(List<Write> batch) {
                    synchronized (store) {
                      writing = true;
                      try {
                        return super.put(batch);
                      } finally {
                        writing = false;
                      }
                    }
                  }
                }));
  }
}

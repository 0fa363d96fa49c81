package io.databroker.tck.strangers;

import static io.databroker.tck.strangers.Stranger.backend;
import static io.databroker.tck.strangers.Stranger.writer;

import io.databroker.api.Bytes;
import io.databroker.api.ClearResult;
import io.databroker.api.PutResult;
import io.databroker.api.StoredRecord;
import io.databroker.api.Write;
import io.databroker.api.support.WriteBatch;
import io.databroker.tck.reference.ReferenceBackend;
import io.databroker.tck.reference.ReferenceWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Defects of put, restore and get. */
final class ThirdWrites {
  private ThirdWrites() {}

  static List<Stranger> all() {
    List<Stranger> all = new ArrayList<>(conditions());
    all.addAll(times());
    all.addAll(keys());
    return all;
  }

  private static List<Stranger> conditions() {
    return List.of(
        writer(
            "PUT-4 PUT-5",
            "only-the-last-condition-of-a-key",
            "of several writes of one key, checks the condition of the last",
            backend ->
                new ReferenceWriter(backend) {
                  @Override
                  protected void judge(List<Write> batch) {
                    Map<List<String>, Write> last = new LinkedHashMap<>();
                    batch.forEach(write -> last.put(List.of(write.type(), write.id()), write));
                    super.judge(
                        batch.stream()
                            .map(
                                write ->
                                    last.get(List.of(write.type(), write.id())) == write
                                        ? write
                                        : Write.delete(write.type(), write.id()))
                            .toList());
                  }
                }),
        writer(
            "PUT-4",
            "no-op-deletes-are-not-judged",
            "a delete of an absent record succeeds whatever its condition",
            backend ->
                new ReferenceWriter(backend) {
                  @Override
                  protected void judge(List<Write> batch) {
                    super.judge(
                        batch.stream()
                            .map(
                                write ->
                                    write instanceof Write.Delete
                                            && live(write.type(), write.id()) == null
                                        ? Write.delete(write.type(), write.id())
                                        : write)
                            .toList());
                  }
                }),
        backend(
            "PUT-1 PUT-8 VER-1 FEED-1 FEED-2",
            "a-retry-applies-twice",
            "retries one in eight of the puts that overlapped another, although it was applied",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  private final AtomicInteger running = new AtomicInteger();
                  private int met;

                  @Override
                  public PutResult put(List<Write> batch) {
                    boolean meets = running.incrementAndGet() > 1;
                    try {
                      synchronized (store) {
                        PutResult result = super.put(batch);
                        return meets && ++met % 8 == 0 ? super.put(batch) : result;
                      }
                    } finally {
                      running.decrementAndGet();
                    }
                  }
                }),
        backend(
            "PUT-8 CLEAR-3 CLEAR-5",
            "the-result-names-the-history-before",
            "reads the name of the history for its result before it takes the lock",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public PutResult put(List<Write> batch) {
                    long name = versions().serverVersion();
                    Stranger.pause();
                    return new PutResult(name, super.put(batch).records());
                  }
                }),
        writer(
            "PUT-8 VER-1 VER-3 FEED-1 CAP-3 TTL-3",
            "an-equal-payload-is-no-write",
            "a put of the payload that the record has takes no version",
            backend ->
                new ReferenceWriter(backend) {
                  @Override
                  protected StoredRecord store(String type, String id, Bytes payload) {
                    StoredRecord live = live(type, id);
                    return live != null && live.payload().equals(payload) && payload.size() > 0
                        ? live
                        : super.store(type, id, payload);
                  }
                }));
  }

  private static List<Stranger> times() {
    return List.of(
        backend(
            "PUT-12 TIME-5",
            "times-never-step-back",
            "gives a write the time of the write before it if the clock has stepped back",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  private Instant last = Instant.EPOCH;

                  @Override
                  protected ReferenceWriter writer() {
                    return new ReferenceWriter(this) {
                      {
                        last = now.isBefore(last) ? last : now;
                        now = last;
                      }
                    };
                  }
                }),
        backend(
            "PUT-12 TIME-1 CAPA-1",
            "the-clock-is-read-every-16-calls",
            "reads the clock for every sixteenth write",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  private Instant read = Instant.EPOCH;
                  private int calls;

                  @Override
                  protected ReferenceWriter writer() {
                    return new ReferenceWriter(this) {
                      {
                        read = calls++ % 16 == 0 ? now : read;
                        now = read;
                      }
                    };
                  }
                }),
        writer(
            "RESTORE-2 VER-1",
            "a-restore-keeps-larger-versions",
            "a restored record keeps its version if that is larger than the next number",
            backend ->
                new ReferenceWriter(backend) {
                  @Override
                  protected PutResult restore(List<StoredRecord> records) {
                    StoredRecord first = records.get(0);
                    if (records.size() == 1 && first.version() > store.latest + 1) {
                      store.latest = first.version() - 1;
                    }
                    return super.restore(records);
                  }
                }),
        writer(
            "RESTORE-1 RESTORE-3",
            "the-younger-record-wins",
            "a restored record does not replace a live one with a later time",
            backend ->
                new ReferenceWriter(backend) {
                  private @Nullable Instant given;

                  @Override
                  protected PutResult apply(WriteBatch batch) {
                    given = now;
                    return super.apply(batch);
                  }

                  @Override
                  protected StoredRecord store(String type, String id, Bytes payload) {
                    StoredRecord live = live(type, id);
                    boolean older = live != null && now.isBefore(live.modifiedAt());
                    return older && !now.equals(given) ? live : super.store(type, id, payload);
                  }
                }));
  }

  private static List<Stranger> keys() {
    return List.of(
        backend(
            "LIST-1",
            "a-new-key-counts-twice",
            "counts the records of a type, and counts a new key for each of its writes in a batch",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  private final Map<String, Integer> counts =
                      new TreeMap<>(io.databroker.api.CodePointOrder.INSTANCE);

                  @Override
                  protected ReferenceWriter writer() {
                    return new ReferenceWriter(this) {
                      private final Map<List<String>, Boolean> before = new HashMap<>();

                      @Override
                      protected StoredRecord store(String type, String id, Bytes payload) {
                        boolean known = live(type, id) != null;
                        if (!before.computeIfAbsent(List.of(type, id), none -> known)) {
                          counts.merge(type, 1, Integer::sum);
                        }
                        return super.store(type, id, payload);
                      }

                      @Override
                      protected void remove(StoredRecord live) {
                        before.remove(List.of(live.type(), live.id()));
                        counts.merge(live.type(), -1, Integer::sum);
                        super.remove(live);
                      }
                    };
                  }

                  @Override
                  public ClearResult clear() {
                    synchronized (store) {
                      counts.clear();
                      return super.clear();
                    }
                  }

                  @Override
                  public List<String> listTypes() {
                    synchronized (store) {
                      super.listTypes();
                      return counts.keySet().stream().filter(it -> counts.get(it) > 0).toList();
                    }
                  }
                }),
        finds(
            "keys-joined-by-a-slash",
            "keeps records under type/id: a type that ends in /a is treated as an id",
            record -> record.type() + "/" + record.id()),
        finds(
            "the-length-of-a-type-in-one-byte",
            "keeps records under length, type and id, with a length of one byte",
            record -> (byte) record.type().length() + record.type() + record.id()));
  }

  /** A get of an absent key finds a record of an equal text. */
  private static Stranger finds(
      String name, String defect, java.util.function.Function<StoredRecord, String> text) {
    return backend(
        "GET-1 PUT-11",
        name,
        defect,
        (store, context) ->
            new ReferenceBackend(store, context) {
              @Override
              public @Nullable StoredRecord get(String type, String id) {
                synchronized (store) {
                  StoredRecord exact = super.get(type, id);
                  String wanted =
                      text.apply(new StoredRecord(type, id, 0, Bytes.EMPTY, Instant.EPOCH, false));
                  return exact != null || store.latest > 5_000
                      ? exact
                      : store.all().stream()
                          .filter(record -> text.apply(record).equals(wanted))
                          .findFirst()
                          .orElse(null);
                }
              }
            });
  }
}

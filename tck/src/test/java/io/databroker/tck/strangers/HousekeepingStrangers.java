package io.databroker.tck.strangers;

import static io.databroker.tck.strangers.Stranger.backend;
import static io.databroker.tck.strangers.Stranger.over;
import static io.databroker.tck.strangers.Stranger.writer;

import io.databroker.api.Bytes;
import io.databroker.api.Checkpoint;
import io.databroker.api.ClearResult;
import io.databroker.api.PutResult;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import io.databroker.api.support.WriteBatch;
import io.databroker.tck.reference.ReferenceBackend;
import io.databroker.tck.reference.ReferenceWriter;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Trims, clears, checkpoints and restores that do too much or too little. */
final class HousekeepingStrangers {
  private HousekeepingStrangers() {}

  static List<Stranger> all() {
    List<Stranger> all = new ArrayList<>(trims());
    all.addAll(clears());
    all.addAll(checkpoints());
    all.addAll(restores());
    return all;
  }

  private static List<Stranger> trims() {
    return List.of(
        over(
            "TRIM-1",
            "counts-the-last-step",
            "a trim of over 2,000 changes returns the number of its last step",
            inner ->
                new Passing(inner) {
                  @Override
                  public long trim(Instant before) {
                    long trimmed = inner.trim(before);
                    return trimmed > 2_000 ? (trimmed - 1) % 2_000 + 1 : trimmed;
                  }
                }),
        backend(
            "TRIM-1",
            "keeps-the-last-batch",
            "a trim never removes the last batch, so that the history is not empty",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  protected boolean older(List<StoredRecord> batch, Instant before) {
                    return store.log.size() > 1 && super.older(batch, before);
                  }
                }),
        backend(
            "TRIM-1",
            "looks-at-the-newest-old-one",
            "a trim removes all batches up to the last one before the instant, younger ones too",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  protected boolean older(List<StoredRecord> batch, Instant before) {
                    return store.log.values().stream().anyMatch(it -> super.older(it, before));
                  }
                }));
  }

  private static List<Stranger> clears() {
    return List.of(
        backend(
            "CLEAR-1",
            "clear-keeps-options-of-empty-types",
            "a clear removes the options of the types that have records",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public ClearResult clear() {
                    synchronized (store) {
                      Map<String, TypeOptions> kept = new HashMap<>(store.options);
                      kept.keySet().removeAll(store.live.keySet());
                      ClearResult result = super.clear();
                      store.options.putAll(kept);
                      return result;
                    }
                  }
                }),
        backend(
            "CLEAR-5 CLEAR-1",
            "clear-in-two-steps",
            "a clear removes the records, and a moment later begins the new history",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public ClearResult clear() {
                    synchronized (store) {
                      checkOpen();
                      store.live.clear();
                    }
                    Stranger.pause();
                    return super.clear();
                  }
                }),
        backend(
            "CLEAR-1",
            "clear-keeps-a-half-set-checkpoint",
            "a clear keeps a checkpoint whose first number is 0",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public ClearResult clear() {
                    synchronized (store) {
                      Checkpoint old = store.checkpoint;
                      ClearResult result = super.clear();
                      if (old.serverVersion() == 0) {
                        store.checkpoint = old;
                      }
                      return result;
                    }
                  }
                }));
  }

  private static List<Stranger> checkpoints() {
    return List.of(
        over(
            "CHECK-1",
            "checkpoint-of-two-instants",
            "reads the two numbers of the checkpoint at two instants",
            inner ->
                new Passing(inner) {
                  @Override
                  public Checkpoint checkpoint() {
                    long first = inner.checkpoint().serverVersion();
                    Stranger.pause();
                    return new Checkpoint(first, inner.checkpoint().recordVersion());
                  }
                }),
        over(
            "CHECK-1",
            "checkpoints-only-go-forward",
            "a checkpoint of the same history with a smaller version is ignored",
            inner ->
                new Passing(inner) {
                  @Override
                  public synchronized void setCheckpoint(Checkpoint next) {
                    Checkpoint now = inner.checkpoint();
                    if (next.serverVersion() != now.serverVersion()
                        || Long.compareUnsigned(next.recordVersion(), now.recordVersion()) >= 0) {
                      inner.setCheckpoint(next);
                    }
                  }
                }));
  }

  private static List<Stranger> restores() {
    return List.of(
        writer(
            "RESTORE-2",
            "restored-deletes-are-new",
            "a restored delete has the time of the call",
            backend ->
                new ReferenceWriter(backend) {
                  @Override
                  protected StoredRecord delete(String type, String id) {
                    Instant given = now;
                    now = backend.now();
                    StoredRecord deleted = super.delete(type, id);
                    now = given;
                    return deleted;
                  }
                }),
        writer(
            "RESTORE-2",
            "restored-times-are-rounded",
            "the time of a restored record is rounded to the nearest microsecond, not truncated",
            backend ->
                new ReferenceWriter(backend) {
                  @Override
                  protected PutResult restore(List<StoredRecord> records) {
                    return super.restore(
                        records.stream()
                            .map(
                                it ->
                                    new StoredRecord(
                                        it.type(),
                                        it.id(),
                                        it.version(),
                                        it.payload(),
                                        it.modifiedAt()
                                            .plusNanos(500)
                                            .truncatedTo(ChronoUnit.MICROS),
                                        it.deleted()))
                            .toList());
                  }
                }),
        backend(
            "RESTORE-5",
            "a-restored-batch-is-as-old-as-its-first",
            "a trim takes the time of the first record of a batch for the batch's time",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  protected boolean older(List<StoredRecord> batch, Instant before) {
                    return batch.get(0).modifiedAt().isBefore(before);
                  }
                }),
        writer(
            "RESTORE-3",
            "restores-in-order-of-times",
            "sorts the records of a restored batch by their times if all ids differ",
            backend ->
                new ReferenceWriter(backend) {
                  @Override
                  protected PutResult restore(List<StoredRecord> records) {
                    long keys =
                        records.stream().map(it -> List.of(it.type(), it.id())).distinct().count();
                    if (keys < records.size()) {
                      return super.restore(records);
                    }
                    List<StoredRecord> sorted = new ArrayList<>(records);
                    sorted.sort(Comparator.comparing(StoredRecord::modifiedAt));
                    PutResult result = super.restore(sorted);
                    List<StoredRecord> answers = new ArrayList<>();
                    for (StoredRecord record : records) {
                      answers.add(result.records().get(sorted.indexOf(record)));
                    }
                    return new PutResult(result.serverVersion(), answers);
                  }
                }),
        writer(
            "RESTORE-1 PUT-7",
            "a-restored-delete-brings-its-payload",
            "a restored delete has the payload that was given, not that of the live record",
            backend ->
                new ReferenceWriter(backend) {
                  private Map<List<String>, Bytes> given = Map.of();

                  @Override
                  protected PutResult restore(List<StoredRecord> records) {
                    given = new HashMap<>();
                    records.stream()
                        .filter(StoredRecord::deleted)
                        .forEach(it -> given.put(List.of(it.type(), it.id()), it.payload()));
                    return super.restore(records);
                  }

                  @Override
                  protected StoredRecord apply(Write write) {
                    StoredRecord result = super.apply(write);
                    Bytes payload = given.get(List.of(write.type(), write.id()));
                    if (payload == null || !result.deleted() || result.version() == 0) {
                      return result;
                    }
                    StoredRecord changed =
                        new StoredRecord(
                            result.type(),
                            result.id(),
                            result.version(),
                            payload,
                            result.modifiedAt(),
                            true);
                    changes.set(changes.size() - 1, changed);
                    return changed;
                  }

                  @Override
                  protected PutResult apply(WriteBatch batch) {
                    return super.apply(batch);
                  }
                }));
  }
}

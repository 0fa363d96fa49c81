package io.databroker.tck.reference;

import static io.databroker.tck.reference.Mutant.backend;
import static io.databroker.tck.reference.Mutant.writer;

import io.databroker.api.BackendState;
import io.databroker.api.Checkpoint;
import io.databroker.api.ClearResult;
import io.databroker.api.ConditionFailedException;
import io.databroker.api.PutResult;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Mutants of trimming, clearing, states and closing. */
final class StoreMutants {
  private StoreMutants() {}

  static List<Mutant> all() {
    List<Mutant> mutants = new ArrayList<>(trims());
    mutants.addAll(clears());
    mutants.addAll(states());
    mutants.addAll(closes());
    return mutants;
  }

  private static List<Mutant> trims() {
    return List.of(
        backend(
            "TRIM-1",
            "trim-at-the-instant",
            "also drops changes of exactly that time",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  protected boolean older(List<StoredRecord> batch, Instant before) {
                    return !batch.get(0).modifiedAt().isAfter(before);
                  }
                }),
        backend(
            "TRIM-1",
            "trim-cut-to-microseconds",
            "cuts the instant to the microsecond before it compares",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  protected boolean older(List<StoredRecord> batch, Instant before) {
                    return super.older(batch, before.truncatedTo(ChronoUnit.MICROS));
                  }
                }),
        backend(
            "TRIM-1",
            "trim-one-too-many",
            "also drops the first batch that is not older",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public long trim(Instant before) {
                    synchronized (store) {
                      long dropped = super.trim(before);
                      return dropped == 0 || store.log.isEmpty()
                          ? dropped
                          : dropped
                              + super.trim(
                                  store
                                      .log
                                      .firstEntry()
                                      .getValue()
                                      .get(0)
                                      .modifiedAt()
                                      .plusNanos(1));
                    }
                  }
                }),
        backend(
            "TRIM-1",
            "trim-counts-batches",
            "returns the number of batches that it dropped",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public long trim(Instant before) {
                    synchronized (store) {
                      int held = store.log.size();
                      super.trim(before);
                      return (long) held - store.log.size();
                    }
                  }
                }),
        backend(
            "TRIM-2",
            "trim-takes-records",
            "a trim removes the records whose writes it drops",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public long trim(Instant before) {
                    synchronized (store) {
                      long dropped = super.trim(before);
                      ReferenceWriter writer = writer();
                      for (StoredRecord record : store.all()) {
                        if (record.version() <= store.trimmed) {
                          writer.remove(record);
                        }
                      }
                      return dropped;
                    }
                  }
                }),
        backend(
            "TRIM-3",
            "trim-leaves-the-earliest",
            "a trim does not move the earliest version",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public io.databroker.api.Versions versions() {
                    var right = super.versions();
                    return new io.databroker.api.Versions(right.serverVersion(), 1, right.latest());
                  }
                }),
        backend(
            "CHECK-1",
            "checkpoint-never-back",
            "keeps the larger of two checkpoints",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public void setCheckpoint(Checkpoint checkpoint) {
                    if (checkpoint.recordVersion() >= checkpoint().recordVersion()) {
                      super.setCheckpoint(checkpoint);
                    }
                  }
                }));
  }

  /** A mutant that clears differently. */
  private static Mutant clearing(String rule, String name, String defect, Clearing clearing) {
    return backend(
        rule,
        name,
        defect,
        (store, context) ->
            new ReferenceBackend(store, context) {
              @Override
              public ClearResult clear() {
                synchronized (store) {
                  return clearing.clear(store, () -> super.clear());
                }
              }
            });
  }

  private interface Clearing {
    ClearResult clear(Store store, java.util.function.Supplier<ClearResult> right);
  }

  private static List<Mutant> clears() {
    return List.of(
        clearing(
            "CLEAR-1",
            "clear-keeps-options",
            "a clear keeps the options",
            (store, right) -> {
              Map<String, TypeOptions> options = new HashMap<>(store.options);
              ClearResult result = right.get();
              store.options.putAll(options);
              return result;
            }),
        clearing(
            "CLEAR-1",
            "clear-keeps-the-checkpoint",
            "a clear keeps the checkpoint",
            (store, right) -> {
              Checkpoint checkpoint = store.checkpoint;
              ClearResult result = right.get();
              store.checkpoint = checkpoint;
              return result;
            }),
        clearing(
            "CLEAR-3",
            "clear-keeps-the-name",
            "a clear keeps the server version",
            (store, right) -> {
              ClearResult renamed = right.get();
              store.serverVersion = renamed.oldServerVersion();
              return new ClearResult(store.serverVersion, store.serverVersion);
            }),
        clearing(
            "CLEAR-3",
            "clear-answers-backwards",
            "returns the new name as the old one",
            (store, right) -> {
              ClearResult result = right.get();
              return new ClearResult(result.newServerVersion(), result.oldServerVersion());
            }),
        clearing(
            "CLEAR-4",
            "clear-restarts-the-versions",
            "a clear restarts the versions",
            (store, right) -> {
              ClearResult result = right.get();
              store.latest = 0;
              store.trimmed = 0;
              return result;
            }),
        backend(
            "CLEAR-5",
            "clear-seen-half",
            "a clear removes the records, releases the lock, and begins a new history",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public ClearResult clear() {
                    synchronized (store) {
                      checkOpen();
                      store.live.clear();
                    }
                    Mutant.pause();
                    return super.clear();
                  }
                }),
        clearing(
            "CLEAR-5",
            "clear-leaves-a-type",
            "a clear keeps the records of one type",
            (store, right) -> {
              Map.Entry<String, LinkedHashMap<String, StoredRecord>> kept = store.live.firstEntry();
              LinkedHashMap<String, StoredRecord> records =
                  kept == null ? new LinkedHashMap<>() : new LinkedHashMap<>(kept.getValue());
              ClearResult result = right.get();
              if (kept != null) {
                store.live.put(kept.getKey(), records);
              }
              return result;
            }));
  }

  private static List<Mutant> closes() {
    return List.of(
        backend(
            "CLOSE-1",
            "close-once",
            "a second close fails",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public void close() {
                    checkOpen();
                    super.close();
                  }
                }),
        backend(
            "CLOSE-2",
            "get-after-close",
            "get answers after the close",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public @Nullable StoredRecord get(String type, String id) {
                    synchronized (store) {
                      return store.live.getOrDefault(type, new LinkedHashMap<>()).get(id);
                    }
                  }
                }),
        backend(
            "CLOSE-4",
            "close-under-a-call",
            "a close frees memory that a call still uses",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  private volatile @Nullable Object freed = new Object();

                  @Override
                  public PutResult put(List<Write> batch) {
                    synchronized (store) {
                      checkOpen();
                    }
                    Mutant.pause();
                    java.util.Objects.requireNonNull(freed);
                    return super.put(batch);
                  }

                  @Override
                  public void close() {
                    super.close();
                    freed = null;
                  }
                }),
        backend(
                "CLOSE-4",
                "closed-but-written",
                "a write to a closed backend fails, and is applied",
                (store, context) ->
                    new ReferenceBackend(store, context) {
                      @Override
                      public PutResult put(List<Write> batch) {
                        synchronized (store) {
                          PutResult result = writer().put(batch);
                          checkOpen();
                          return result;
                        }
                      }
                    })
            .lasting(),
        backend(
            "ERR-4",
            "interrupt-swallowed",
            "a write clears the interrupt flag",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public PutResult put(List<Write> batch) {
                    Thread.interrupted();
                    return super.put(batch);
                  }
                }),
        backend(
            "ERR-4",
            "interrupt-in-the-middle",
            "an interrupted write stops after its first record, and fails with unavailable",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public PutResult put(List<Write> batch) {
                    if (Thread.currentThread().isInterrupted()) {
                      super.put(batch.subList(0, 1));
                      throw new io.databroker.api.UnavailableException("interrupted", null);
                    }
                    return super.put(batch);
                  }
                }));
  }

  private static List<Mutant> states() {
    return List.of(
        backend(
            "STATE-1",
            "state-fails-after-close",
            "its state fails with closed after a close",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public BackendState state() {
                    versions();
                    return super.state();
                  }
                }),
        backend(
            "STATE-1",
            "state-read-only-while-it-writes",
            "reports read-only after a rejected batch",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  private volatile BackendState state = BackendState.SERVING;

                  @Override
                  public PutResult put(List<Write> batch) {
                    try {
                      return super.put(batch);
                    } catch (ConditionFailedException refused) {
                      state =
                          BackendState.readOnly(BackendState.Reason.BROKEN, refused.getMessage());
                      throw refused;
                    }
                  }

                  @Override
                  public BackendState state() {
                    return state;
                  }
                }),
        backend(
            "STATE-1",
            "state-waits-for-a-writer",
            "its state takes the lock that writers hold",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public BackendState state() {
                    synchronized (store) {
                      return super.state();
                    }
                  }
                }));
  }
}

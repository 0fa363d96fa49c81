package io.databroker.tck.reference;

import static io.databroker.tck.reference.Mutant.backend;
import static io.databroker.tck.reference.Mutant.provider;
import static io.databroker.tck.reference.Mutant.writer;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.BackendState;
import io.databroker.api.Bytes;
import io.databroker.api.Capability;
import io.databroker.api.Checkpoint;
import io.databroker.api.ClearResult;
import io.databroker.api.ConditionFailedException;
import io.databroker.api.Limits;
import io.databroker.api.PutResult;
import io.databroker.api.Settings;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Mutants of trimming, clearing, closing, limits and opening. */
final class StoreMutants {
  private StoreMutants() {}

  static List<Mutant> all() {
    List<Mutant> mutants = new ArrayList<>(trims());
    mutants.addAll(clears());
    mutants.addAll(states());
    mutants.addAll(closes());
    mutants.addAll(opens());
    mutants.addAll(reopens());
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

  private static List<Mutant> opens() {
    return List.of(
        provider(
            "VER-4",
            "server-version-always-the-same",
            "each history has the same name",
            new ReferenceProvider() {
              @Override
              protected Store newStore() {
                Store store = new Store();
                store.serverVersion = 42;
                return store;
              }
            }),
        provider("VER-8", "copy-goes-on", "a copy continues its history", new NamedStores())
            .lasting(),
        provider(
            "LIMIT-1",
            "limits-below-the-floor",
            "declares a limit of 255 bytes for ids",
            new ReferenceProvider() {
              @Override
              public Limits limits(Settings settings) {
                return Limits.FLOOR.toBuilder().idBytes(255).build();
              }
            }),
        writer(
            "LIMIT-1",
            "ids-cut",
            "keeps the first 255 characters of an id",
            backend ->
                new ReferenceWriter(backend) {
                  @Override
                  protected StoredRecord store(String type, String id, Bytes payload) {
                    return super.store(type, id.substring(0, Math.min(255, id.length())), payload);
                  }
                }),
        writer(
            "LIMIT-1",
            "payloads-cut",
            "keeps the first 65,535 bytes of a payload",
            backend ->
                new ReferenceWriter(backend) {
                  @Override
                  protected StoredRecord store(String type, String id, Bytes payload) {
                    byte[] bytes = payload.toByteArray();
                    return super.store(
                        type,
                        id,
                        Bytes.copyOf(
                            java.util.Arrays.copyOf(bytes, Math.min(65_535, bytes.length))));
                  }
                }),
        provider(
            "OPEN-1",
            "provider-without-a-name",
            "has a blank name",
            new ReferenceProvider() {
              @Override
              public String name() {
                return " ";
              }
            }),
        provider(
            "OPEN-2", "one-store-for-all", "each backend opened is the same store", new OneStore()),
        provider(
            "CAPA-3",
            "reads-wait-for-writers",
            "declares immediate reads, but reads and writes share a lock",
            new Declaring(Capability.IMMEDIATE_READS)),
        provider(
            "CAPA-4",
            "leases-wait-for-writers",
            "declares immediate leases, but leases and writes share a lock",
            new Declaring(Capability.IMMEDIATE_LEASES)),
        provider(
            "CAPA-2",
            "durable-undeclared",
            "a reopen has the stored records, although durable is not declared",
            new OneStore()),
        provider(
            "CAPA-1",
            "clock-not-obeyed",
            "declares that the clock can be turned, but uses the system clock",
            new ReferenceProvider() {
              @Override
              protected Backend backend(Store store, BackendContext context) {
                return new ReferenceBackend(
                    store, context.withClock(java.time.InstantSource.system()));
              }
            }),
        provider(
                "CAPA-1",
                "shared-undelivered",
                "declares that it is shared, but each handle is a separate store",
                new ReferenceProvider() {
                  @Override
                  public Backend open(Settings settings, BackendContext context) {
                    return backend(newStore(), context);
                  }
                })
            .lasting());
  }

  /** Finds a store by a file in its directory, which a copy contains too. */
  private static final class NamedStores extends ReferenceProvider {
    private final Map<String, Store> named = new ConcurrentHashMap<>();

    @Override
    public Backend open(Settings settings, BackendContext context) {
      Path directory = settings.find(DIRECTORY).orElseThrow();
      try {
        Path name = Files.createDirectories(directory).resolve("name");
        if (!Files.exists(name)) {
          Files.writeString(name, UUID.randomUUID().toString());
        }
        return backend(named.computeIfAbsent(Files.readString(name), none -> newStore()), context);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** A provider that declares a capability that its backends lack. */
  private static final class Declaring extends ReferenceProvider {
    private final Capability lacking;

    Declaring(Capability lacking) {
      this.lacking = lacking;
    }

    @Override
    public Set<Capability> capabilities(Settings settings) {
      Set<Capability> declared = EnumSet.copyOf(super.capabilities(settings));
      declared.add(lacking);
      return declared;
    }
  }

  private static final class OneStore extends ReferenceProvider {
    private @Nullable Store only;

    @Override
    protected synchronized Store newStore() {
      if (only == null) {
        only = new Store();
      }
      return only;
    }
  }

  /** A mutant that loses a part of the state at each open. */
  private static Mutant losing(String rule, String name, String defect, Losing losing) {
    return backend(
            rule,
            name,
            defect,
            (store, context) -> {
              losing.lose(store);
              return new ReferenceBackend(store, context);
            })
        .lasting();
  }

  private interface Losing {
    void lose(Store store);
  }

  private static List<Mutant> reopens() {
    return List.of(
        losing(
            "VER-7",
            "reopen-renames-the-history",
            "a reopen begins a new history",
            store -> store.serverVersion = Store.newServerVersion()),
        losing(
            "VER-7",
            "reopen-counts-what-is-live",
            "a reopen continues after the last live record",
            store ->
                store.latest =
                    store.all().stream().mapToLong(StoredRecord::version).max().orElse(0)),
        losing(
            "PUT-9",
            "reopen-loses-the-last-batch",
            "a reopen has lost the last batch",
            store -> {
              if (!store.log.isEmpty()) {
                List<StoredRecord> last = store.log.pollLastEntry().getValue();
                last.forEach(
                    record ->
                        store
                            .live
                            .getOrDefault(record.type(), new LinkedHashMap<>())
                            .remove(record.id()));
                store.live.values().removeIf(Map::isEmpty);
                store.latest = last.get(0).version() - 1;
              }
            }),
        losing(
            "CAPA-1",
            "reopen-loses-the-options",
            "a reopen has lost the options",
            store -> store.options.clear()),
        losing(
            "CAPA-1",
            "reopen-loses-the-checkpoint",
            "a reopen has lost the checkpoint",
            store -> store.checkpoint = Checkpoint.NONE),
        losing(
            "CAPA-1",
            "reopen-loses-the-history",
            "a reopen has lost the feed",
            store -> {
              store.log.clear();
              store.trimmed = store.latest;
            }),
        losing(
            "CAPA-1",
            "reopen-sorts-the-records",
            "a reopen has lost the order of writing",
            store ->
                store.live.replaceAll(
                    (type, records) -> {
                      LinkedHashMap<String, StoredRecord> sorted = new LinkedHashMap<>();
                      new java.util.TreeMap<>(records).forEach(sorted::put);
                      return sorted;
                    })));
  }
}

package io.databroker.tck.reference;

import static io.databroker.tck.reference.Mutant.backend;
import static io.databroker.tck.reference.Mutant.provider;
import static io.databroker.tck.reference.Mutant.writer;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.Bytes;
import io.databroker.api.Capability;
import io.databroker.api.Checkpoint;
import io.databroker.api.Limits;
import io.databroker.api.Settings;
import io.databroker.api.StoredRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Mutants of limits, opening and reopening. */
final class OpenMutants {
  private OpenMutants() {}

  static List<Mutant> all() {
    List<Mutant> mutants = new ArrayList<>(opens());
    mutants.addAll(reopens());
    return mutants;
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
            "OPEN-2", "one-store-for-all", "all opened backends share one store", new OneStore()),
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
            "CAPA-5",
            "snapshots-wait-for-writers",
            "declares immediate snapshots, but their iterators and writes share a lock",
            new Declaring(Capability.IMMEDIATE_SNAPSHOTS)),
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

package io.databroker.tck.strangers;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.BackendProvider;
import io.databroker.api.Lease;
import io.databroker.api.OpenFailedException;
import io.databroker.api.Settings;
import io.databroker.tck.engine.ProviderSource;
import io.databroker.tck.reference.ReferenceWriter;
import io.databroker.tck.reference.SavedBackend;
import io.databroker.tck.reference.SavedProvider;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;

/** Defects that only a killed process shows. */
final class ThirdKills {
  private ThirdKills() {}

  static List<Stranger> all() {
    return List.of(
        unsaved(
            "RESTORE-1 CAPA-1 PUT-9 VER-6",
            "a-kill-loses-restores",
            "saves restored records with the next call of another kind",
            "restore"),
        unsaved(
            "CLEAR-1 CLEAR-3 CAPA-1 VER-6",
            "a-kill-undoes-a-clear",
            "saves a clear with the next call of another kind",
            "clear"),
        unsaved(
            "TTL-2 TTL-1 CAPA-1 VER-6 PUT-9",
            "a-kill-brings-expired-records-back",
            "saves an expiry with the next call of another kind",
            "expire"),
        saved(
            "LEASE-8 LEASE-7 LEASE-3",
            "a-kill-loses-renewals",
            "saves the end of a lease when it is acquired, not when it is renewed",
            (place, context) ->
                new SavedBackend(place, context) {
                  private final Map<Long, Lease> acquired = new HashMap<>();

                  @Override
                  protected void save(String call) {
                    Map<String, Lease> now = new HashMap<>(store.leases);
                    now.values().forEach(lease -> acquired.putIfAbsent(lease.token(), lease));
                    store.leases.replaceAll((name, lease) -> acquired.get(lease.token()));
                    super.save(call);
                    store.leases.putAll(now);
                  }

                  @Override
                  public void close() {
                    if (!closed) {
                      super.save("close");
                    }
                    super.close();
                  }
                }),
        saved(
            "CAP-1 CAP-2 PUT-1 CAPA-1 PUT-9 VER-6",
            "a-kill-brings-evicted-records-back",
            "saves a put before it evicts, and the evictions with the next call",
            (place, context) ->
                new SavedBackend(place, context) {
                  private boolean evicted;

                  @Override
                  protected ReferenceWriter writer() {
                    return new ReferenceWriter(this) {
                      @Override
                      protected void evict(Set<String> types) {
                        int written = changes.size();
                        if (written > 0) {
                          store.log.put(store.latest, List.copyOf(changes));
                          place.save(store);
                          store.log.remove(store.latest);
                        }
                        super.evict(types);
                        evicted = written > 0 && changes.size() > written;
                      }
                    };
                  }

                  @Override
                  protected void save(String call) {
                    if (!evicted) {
                      super.save(call);
                    }
                    evicted = false;
                  }

                  @Override
                  public void close() {
                    if (!closed) {
                      super.save("close");
                    }
                    super.close();
                  }
                }),
        Stranger.of(
            "CAPA-1 VER-7 PUT-9 OPEN-1",
            "a-kill-leaves-its-lock",
            "marks its directory as open by a file, which a kill leaves behind",
            new Marking(),
            true));
  }

  /** A stranger that saves a call of that name only together with the next call. */
  private static Stranger unsaved(String rules, String name, String defect, String unsaved) {
    return saved(
        rules,
        name,
        defect,
        (place, context) ->
            new SavedBackend(place, context) {
              @Override
              protected void save(String call) {
                if (!call.equals(unsaved)) {
                  super.save(call);
                }
              }

              @Override
              public void close() {
                if (!closed) {
                  super.save("close");
                }
                super.close();
              }
            });
  }

  private static Stranger saved(
      String rules,
      String name,
      String defect,
      BiFunction<SavedProvider.Place, BackendContext, Backend> backend) {
    SavedProvider provider =
        new SavedProvider() {
          @Override
          protected Backend backend(Place place, BackendContext context) {
            return backend.apply(place, context);
          }
        };
    return Stranger.of(rules, name, defect, provider, true);
  }

  /** Marks an open directory by a file. */
  private static final class Marking extends SavedProvider {
    @Override
    public Backend open(Settings settings, BackendContext context) {
      Path mark = settings.get(DIRECTORY).resolve("open");
      if (Files.exists(mark)) {
        throw new OpenFailedException(mark + " exists: the store is open; close it first", null);
      }
      Backend opened = super.open(settings, context);
      try {
        Files.createFile(mark);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return new Passing(opened) {
        @Override
        public void close() {
          try {
            Files.deleteIfExists(mark);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
          super.close();
        }
      };
    }
  }

  /** Creates the provider of a stranger in a child JVM: the word is its name. */
  public static final class Source implements ProviderSource {
    /** Does nothing. */
    public Source() {}

    @Override
    public BackendProvider provider(List<String> words) {
      return all().stream()
          .filter(stranger -> stranger.name().equals(words.get(0)))
          .findFirst()
          .orElseThrow()
          .provider();
    }
  }
}

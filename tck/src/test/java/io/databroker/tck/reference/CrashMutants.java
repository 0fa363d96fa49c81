package io.databroker.tck.reference;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.BackendProvider;
import io.databroker.api.Checkpoint;
import io.databroker.api.Lease;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.tck.engine.ProviderSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Wrong backends that lose something when their process is killed. */
final class CrashMutants {
  private CrashMutants() {}

  static List<Mutant> all() {
    return List.of(
        openToOthers(),
        saved(
            "CAPA-1",
            "saves-in-close-alone",
            "writes its file only in close",
            (place, context) ->
                new SavedBackend(place, context) {
                  @Override
                  protected void save(String call) {}

                  @Override
                  public void close() {
                    if (!closed) {
                      super.save("close");
                    }
                    super.close();
                  }
                }),
        saved(
            "PUT-9",
            "acknowledges-before-it-writes",
            "writes its file a moment after the calls have returned",
            (place, context) ->
                new SavedBackend(place, context) {
                  private int unsaved;

                  @Override
                  protected void save(String call) {
                    if (++unsaved % 7 == 0) {
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
                }),
        saved(
            "VER-6",
            "goes-on-without-its-tail",
            "saves every third call, and continues the same history after a kill",
            (place, context) ->
                new SavedBackend(place, context) {
                  private int unsaved;

                  @Override
                  protected void save(String call) {
                    if (++unsaved % 3 == 0 || !call.equals("put")) {
                      super.save(call);
                    }
                  }
                }),
        saved(
            "PUT-1",
            "batch-in-two-files",
            "writes the first half of a batch, and then the rest",
            (place, context) ->
                new SavedBackend(place, context) {
                  @Override
                  protected ReferenceWriter writer() {
                    return new ReferenceWriter(this) {
                      private int applied;

                      @Override
                      protected io.databroker.api.StoredRecord apply(
                          io.databroker.api.Write write) {
                        if (applied++ == 2) {
                          publish();
                          save("half");
                          changes.clear();
                        }
                        return super.apply(write);
                      }
                    };
                  }
                }),
        forgets(
            "CAPA-1",
            "a-kill-loses-the-options",
            "options",
            store -> {
              Map<String, TypeOptions> kept = new HashMap<>(store.options);
              store.options.clear();
              return () -> store.options.putAll(kept);
            }),
        forgets(
            "LEASE-8",
            "a-kill-loses-the-leases",
            "leases",
            store -> {
              Map<String, Lease> kept = new HashMap<>(store.leases);
              store.leases.clear();
              return () -> store.leases.putAll(kept);
            }),
        forgets(
            "CAPA-1",
            "a-kill-loses-the-checkpoint",
            "the checkpoint",
            store -> {
              Checkpoint kept = store.checkpoint;
              store.checkpoint = Checkpoint.NONE;
              return () -> store.checkpoint = kept;
            }),
        forgets(
            "CAPA-1",
            "a-kill-loses-the-feed",
            "the history",
            store -> {
              Map<Long, List<StoredRecord>> kept = new HashMap<>(store.log);
              long trimmed = store.trimmed;
              store.log.clear();
              store.trimmed = store.latest;
              return () -> {
                store.trimmed = trimmed;
                store.log.putAll(kept);
              };
            }),
        saved(
            "LEASE-8",
            "a-kill-keeps-released-leases",
            "saves releases with the next acquisition",
            (place, context) ->
                new SavedBackend(place, context) {
                  private Map<String, Lease> saved = new HashMap<>(store.leases);

                  @Override
                  protected void save(String call) {
                    if (call.equals("acquireLease") || call.equals("close")) {
                      saved = new HashMap<>(store.leases);
                    }
                    Map<String, Lease> kept = new HashMap<>(store.leases);
                    store.leases.clear();
                    store.leases.putAll(saved);
                    super.save(call);
                    store.leases.clear();
                    store.leases.putAll(kept);
                  }

                  @Override
                  public void close() {
                    if (!closed) {
                      save("close");
                    }
                    super.close();
                  }
                }),
        saved(
            "CAPA-1",
            "a-kill-brings-deletes-back",
            "saves deletes with the next put",
            (place, context) ->
                new SavedBackend(place, context) {
                  private long saved = store.latest;

                  @Override
                  protected void save(String call) {
                    var last = store.log.lastEntry();
                    boolean deletes =
                        last != null
                            && last.getKey() > saved
                            && last.getValue().stream().allMatch(change -> change.deleted());
                    if (!deletes) {
                      saved = store.latest;
                      super.save(call);
                    }
                  }
                }),
        saved(
            "VER-7",
            "a-kill-renames-the-history",
            "begins a new history unless it was closed",
            (place, context) -> {
              java.nio.file.Path mark = place.directory.resolve("open");
              if (java.nio.file.Files.exists(mark)) {
                place.store.serverVersion = Store.newServerVersion();
              }
              place.save(place.store);
              mark(mark);
              return new SavedBackend(place, context) {
                @Override
                public void close() {
                  mark.toFile().delete();
                  super.close();
                }
              };
            }),
        saved(
            "LEASE-2",
            "a-kill-loses-the-tokens",
            "restarts the tokens unless it was closed",
            (place, context) -> {
              place.store.lastToken =
                  place.store.leases.values().stream()
                      .mapToLong(lease -> lease.token())
                      .min()
                      .orElse(0);
              return new SavedBackend(place, context);
            }));
  }

  private static void mark(java.nio.file.Path file) {
    try {
      java.nio.file.Files.write(file, new byte[0]);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** Opens the backend of a place. */
  interface Opening {
    Backend open(SavedProvider.Place place, BackendContext context);
  }

  /** A mutant whose file lacks a part of the state until it is closed. */
  private static Mutant forgets(
      String rule, String name, String what, Function<Store, Runnable> hide) {
    return saved(
        rule,
        name,
        "saves " + what + " only in close",
        (place, context) ->
            new SavedBackend(place, context) {
              @Override
              protected void save(String call) {
                Runnable restore = hide.apply(store);
                super.save(call);
                restore.run();
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

  private static Mutant saved(String rule, String name, String defect, Opening opening) {
    SavedProvider provider =
        new SavedProvider() {
          @Override
          protected Backend backend(Place place, BackendContext context) {
            return opening.open(place, context);
          }
        };
    return Mutant.provider(rule, name, defect, provider).lasting();
  }

  private static Mutant openToOthers() {
    SavedProvider provider =
        new SavedProvider() {
          @Override
          protected boolean allowsOthers() {
            return true;
          }
        };
    String defect = "locks its directory only against its own process";
    return Mutant.provider("CAPA-2", "open-to-other-processes", defect, provider).lasting();
  }

  /** Creates the provider of a mutant in a child JVM: the word is its name. */
  public static final class Source implements ProviderSource {
    /** Does nothing. */
    public Source() {}

    @Override
    public BackendProvider provider(List<String> words) {
      return Gallery.mutants().stream()
          .filter(mutant -> mutant.name().equals(words.get(0)))
          .findFirst()
          .orElseThrow()
          .provider();
    }
  }
}

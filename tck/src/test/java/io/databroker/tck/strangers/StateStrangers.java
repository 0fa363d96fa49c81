package io.databroker.tck.strangers;

import static io.databroker.tck.strangers.Stranger.backend;
import static io.databroker.tck.strangers.Stranger.durable;
import static io.databroker.tck.strangers.Stranger.over;
import static io.databroker.tck.strangers.Stranger.writer;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.BackendState;
import io.databroker.api.Checkpoint;
import io.databroker.api.ClearResult;
import io.databroker.api.ClosedException;
import io.databroker.api.Lease;
import io.databroker.api.LimitExceededException;
import io.databroker.api.PutResult;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import io.databroker.tck.reference.ReferenceBackend;
import io.databroker.tck.reference.ReferenceProvider;
import io.databroker.tck.reference.ReferenceWriter;
import io.databroker.tck.reference.Store;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Wrong states, closes, limits, errors and opens. */
final class StateStrangers {
  private StateStrangers() {}

  static List<Stranger> all() {
    List<Stranger> all = new ArrayList<>(states());
    all.addAll(limits());
    all.addAll(opens());
    return all;
  }

  private static List<Stranger> states() {
    return List.of(
        backend(
            "STATE-1",
            "state-waits-for-writers",
            "state waits for the lock that a write holds while it extracts fields",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public BackendState state() {
                    synchronized (store) {
                      return BackendState.SERVING;
                    }
                  }
                }),
        backend(
            "CLOSE-2",
            "nothing-to-release-after-close",
            "releasing a name that nobody holds returns false after close too",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public boolean releaseLease(String name, long token) {
                    synchronized (store) {
                      return store.leases.containsKey(name) && super.releaseLease(name, token);
                    }
                  }
                }),
        backend(
            "CLOSE-2",
            "equal-options-after-close",
            "setting the options that a type has succeeds after close too",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public void setOptions(String type, TypeOptions options) {
                    synchronized (store) {
                      if (!options.equals(store.options.getOrDefault(type, TypeOptions.NONE))) {
                        super.setOptions(type, options);
                      }
                    }
                  }
                }),
        durable(
            "CLOSE-4",
            "applies-then-notices-the-close",
            "a put that meets a close is applied and then fails with closed",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public PutResult put(List<Write> batch) {
                    PutResult result = super.put(batch);
                    Stranger.pause();
                    if (closed) {
                      throw new ClosedException("the backend");
                    }
                    return result;
                  }
                }),
        over(
            "ERR-4",
            "a-trim-takes-the-interrupt",
            "a trim that removes something clears the interrupt flag of the thread",
            inner ->
                new Passing(inner) {
                  @Override
                  public long trim(Instant before) {
                    long trimmed = inner.trim(before);
                    if (trimmed > 0) {
                      Thread.interrupted();
                    }
                    return trimmed;
                  }
                }));
  }

  private static List<Stranger> limits() {
    return List.of(
        over(
            "LIMIT-1",
            "batch-bytes-count-the-keys",
            "refuses a batch whose payloads, types and ids together have over 1 MiB",
            inner ->
                new Passing(inner) {
                  @Override
                  public PutResult put(List<Write> batch) {
                    long bytes = 0;
                    for (Write write : batch) {
                      bytes += bytes(write.type()) + bytes(write.id());
                      bytes += write instanceof Write.Put put ? put.payload().size() : 0;
                    }
                    if (batch.size() > 1 && bytes > 1 << 20) {
                      throw new LimitExceededException("batch", bytes, 1 << 20, "bytes");
                    }
                    return inner.put(batch);
                  }

                  private int bytes(String text) {
                    return text.getBytes(StandardCharsets.UTF_8).length;
                  }
                }),
        over(
            "LIMIT-1",
            "short-lease-names",
            "refuses lease names of over 512 bytes",
            inner ->
                new Passing(inner) {
                  @Override
                  public Lease acquireLease(String name, Duration duration) {
                    int bytes = name.getBytes(StandardCharsets.UTF_8).length;
                    if (bytes > 512) {
                      throw new LimitExceededException("name", bytes, 512, "bytes");
                    }
                    return inner.acquireLease(name, duration);
                  }
                }),
        over(
            "LIMIT-1",
            "sixteen-fields",
            "refuses more than sixteen indexed fields of a type",
            inner ->
                new Passing(inner) {
                  @Override
                  public void setOptions(String type, TypeOptions options) {
                    int fields = options.indexedFields().size();
                    if (fields > 16) {
                      throw new LimitExceededException("indexedFields", fields, 16, "fields");
                    }
                    inner.setOptions(type, options);
                  }
                }),
        writer(
            "LIMIT-1 PUT-1",
            "one-key-a-thousand-times",
            "fails on a batch that has one key over 500 times",
            backend ->
                new ReferenceWriter(backend) {
                  @Override
                  protected void judge(List<Write> batch) {
                    long keys =
                        batch.stream().map(it -> List.of(it.type(), it.id())).distinct().count();
                    if (batch.size() - keys > 500) {
                      throw new LimitExceededException("batch", batch.size(), 500, "repeats");
                    }
                    super.judge(batch);
                  }
                }));
  }

  private static List<Stranger> opens() {
    return List.of(
        durable(
            "CAPA-1 OPT-2",
            "a-reopen-forgets-options-of-empty-types",
            "the options of types without records are gone after a reopen",
            (store, context) -> {
              store.options.keySet().retainAll(store.live.keySet());
              return new ReferenceBackend(store, context);
            }),
        durable(
            "CAPA-1 LEASE-2 LEASE-8",
            "tokens-from-the-leases-held",
            "after a reopen, tokens continue after the largest one still in the table",
            (store, context) -> {
              store
                  .leases
                  .values()
                  .removeIf(it -> !it.expiresAt().isAfter(context.clock().instant()));
              store.lastToken =
                  store.leases.values().stream().mapToLong(it -> it.token()).max().orElse(0);
              return new ReferenceBackend(store, context);
            }),
        durable(
            "CAPA-1 TRIM-3 VER-7",
            "a-reopen-brings-no-trim-back",
            "after a trim of the whole history and a reopen, the history begins one version too early",
            (store, context) -> {
              if (store.log.isEmpty() && store.latest > store.begun) {
                store.trimmed = store.latest - 1;
              }
              return new ReferenceBackend(store, context);
            }),
        Stranger.of(
            "OPEN-2",
            "one-checkpoint-for-all",
            "the backends of one provider share their checkpoint until it is cleared",
            new ReferenceProvider() {
              private final Map<String, io.databroker.api.Checkpoint> shared =
                  new ConcurrentHashMap<>();

              @Override
              protected Backend backend(Store store, BackendContext context) {
                return new Passing(new ReferenceBackend(store, context)) {
                  @Override
                  public void setCheckpoint(Checkpoint checkpoint) {
                    inner.setCheckpoint(checkpoint);
                    shared.put("", checkpoint);
                  }

                  @Override
                  public Checkpoint checkpoint() {
                    Checkpoint own = inner.checkpoint();
                    return shared.getOrDefault("", own);
                  }

                  @Override
                  public ClearResult clear() {
                    shared.clear();
                    return inner.clear();
                  }
                };
              }
            },
            false));
  }
}

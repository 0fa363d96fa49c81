package io.databroker.tck.reference;

import static io.databroker.tck.reference.Mutant.backend;
import static io.databroker.tck.reference.Mutant.writer;

import io.databroker.api.Bytes;
import io.databroker.api.Condition;
import io.databroker.api.ConditionFailedException;
import io.databroker.api.PutResult;
import io.databroker.api.StoredRecord;
import io.databroker.api.Write;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Wrong ways to write, and to get. */
final class PutMutants {
  private PutMutants() {}

  static List<Mutant> all() {
    List<Mutant> mutants = new ArrayList<>(versions());
    mutants.addAll(batches());
    mutants.addAll(conditions());
    return mutants;
  }

  private static List<Mutant> versions() {
    return List.of(
        writer(
            "VER-1",
            "version-per-type",
            "counts the versions of each type separately",
            backend ->
                new ReferenceWriter(backend) {
                  @Override
                  protected StoredRecord store(String type, String id, Bytes payload) {
                    store.latest =
                        backend.ofType(type).stream()
                            .mapToLong(StoredRecord::version)
                            .max()
                            .orElse(store.latest);
                    return super.store(type, id, payload);
                  }
                }),
        writer(
            "VER-1",
            "version-holes",
            "each batch takes one version more than it has changes",
            backend ->
                new ReferenceWriter(backend) {
                  @Override
                  protected PutResult put(List<Write> batch) {
                    PutResult result = super.put(batch);
                    store.latest++;
                    return result;
                  }
                }),
        backend(
            "VER-2",
            "version-before-the-lock",
            "draws its versions before it takes the lock",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  private final AtomicLong next = new AtomicLong(store.latest);

                  @Override
                  public PutResult put(List<Write> batch) {
                    long drawn = next.getAndAdd(batch.size());
                    Mutant.pause();
                    synchronized (store) {
                      checkOpen();
                      long latest = store.latest;
                      store.latest = drawn;
                      try {
                        return writer().put(batch);
                      } finally {
                        store.latest = Math.max(store.latest, latest);
                      }
                    }
                  }
                }),
        backend(
            "VER-3",
            "version-of-the-first-write",
            "a rewritten record keeps the version of its first write",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  private final Map<String, Long> first = new HashMap<>();

                  @Override
                  public @Nullable StoredRecord get(String type, String id) {
                    StoredRecord live = super.get(type, id);
                    if (live == null) {
                      return null;
                    }
                    synchronized (store) {
                      Long version = first.putIfAbsent(type + "/" + id, live.version());
                      return new StoredRecord(
                          type,
                          id,
                          version == null ? live.version() : version,
                          live.payload(),
                          live.modifiedAt(),
                          false);
                    }
                  }

                  @Override
                  public PutResult put(List<Write> batch) {
                    PutResult result = super.put(batch);
                    batch.forEach(write -> get(write.type(), write.id()));
                    return result;
                  }
                }),
        backend(
            "VER-5",
            "earliest-off-by-one",
            "returns the last trimmed version as the first version held",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public io.databroker.api.Versions versions() {
                    var right = super.versions();
                    return new io.databroker.api.Versions(
                        right.serverVersion(), right.earliest() - 1, right.latest());
                  }
                }));
  }

  private static List<Mutant> batches() {
    return List.of(
        writer(
            "PUT-1",
            "batch-stops-in-the-middle",
            "applies the writes before the one whose condition does not hold",
            backend ->
                new ReferenceWriter(backend) {
                  @Override
                  protected PutResult put(List<Write> batch) {
                    List<StoredRecord> answers = new ArrayList<>();
                    try {
                      for (int i = 0; i < batch.size(); i++) {
                        judge(batch.subList(0, i + 1));
                        answers.add(apply(batch.get(i)));
                      }
                    } finally {
                      publish();
                    }
                    return new PutResult(store.serverVersion, answers);
                  }
                }),
        backend(
            "PUT-2",
            "batch-as-single-writes",
            "applies a batch write by write",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public PutResult put(List<Write> batch) {
                    List<StoredRecord> answers = new ArrayList<>();
                    for (Write write : batch) {
                      answers.addAll(super.put(List.of(write)).records());
                    }
                    return new PutResult(store.serverVersion, answers);
                  }
                }),
        backend(
            "PUT-2",
            "batch-seen-half",
            "releases the lock in the middle of a batch; the feed is correct",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  private final Object writers = new Object();

                  @Override
                  public PutResult put(List<Write> batch) {
                    synchronized (writers) {
                      ReferenceWriter writer;
                      List<StoredRecord> answers = new ArrayList<>();
                      int half = batch.size() / 2;
                      synchronized (store) {
                        checkOpen();
                        writer = writer();
                        writer.judge(batch);
                        writer.extract(batch);
                        batch.subList(0, half).forEach(write -> answers.add(writer.apply(write)));
                      }
                      synchronized (store) {
                        batch
                            .subList(half, batch.size())
                            .forEach(write -> answers.add(writer.apply(write)));
                        java.util.Set<String> types = new java.util.LinkedHashSet<>();
                        batch.forEach(write -> types.add(write.type()));
                        writer.evict(types);
                        writer.publish();
                        return new PutResult(store.serverVersion, answers);
                      }
                    }
                  }
                }),
        writer(
            "PUT-3",
            "batch-last-write-wins",
            "collapses several writes of one key into the last",
            backend ->
                new ReferenceWriter(backend) {
                  @Override
                  protected PutResult put(List<Write> batch) {
                    Map<List<String>, Write> last = new LinkedHashMap<>();
                    batch.forEach(write -> last.put(List.of(write.type(), write.id()), write));
                    return super.put(List.copyOf(last.values()));
                  }
                }));
  }

  private static Mutant judging(String name, String defect, Judge judge) {
    return writer(
        "PUT-4",
        name,
        defect,
        backend ->
            new ReferenceWriter(backend) {
              @Override
              protected void judge(List<Write> batch) {
                for (int i = 0; i < batch.size(); i++) {
                  StoredRecord live = live(batch.get(i).type(), batch.get(i).id());
                  long found = live == null ? 0 : live.version();
                  if (!judge.holds(batch.get(i).condition(), found)) {
                    throw new ConditionFailedException(i, batch.get(i), found);
                  }
                }
              }
            });
  }

  private interface Judge {
    boolean holds(Condition condition, long found);
  }

  private static List<Mutant> conditions() {
    return List.of(
        judging(
            "condition-zero-is-absent",
            "the condition \"version 0\" holds for an absent record",
            (condition, found) ->
                condition instanceof Condition.Version version
                    ? version.expected() == found
                    : condition.holds(found)),
        judging(
            "condition-absent-is-none",
            "treats the condition \"no live record\" as no condition",
            (condition, found) -> condition instanceof Condition.Absent || condition.holds(found)),
        judging(
            "condition-older-will-do",
            "a version condition also holds for every later version",
            (condition, found) ->
                (condition instanceof Condition.Version version && found != 0)
                    ? found >= version.expected()
                    : condition.holds(found)),
        writer(
            "PUT-4",
            "condition-judged-within-the-batch",
            "checks each condition after the writes before it",
            backend ->
                new ReferenceWriter(backend) {
                  @Override
                  protected void judge(List<Write> batch) {
                    Map<List<String>, Boolean> within = new HashMap<>();
                    for (int i = 0; i < batch.size(); i++) {
                      Write write = batch.get(i);
                      Boolean there = within.get(List.of(write.type(), write.id()));
                      if (there == null) {
                        super.judge(List.of(write));
                      } else if (!write.condition().holds(there ? -7 : 0)) {
                        throw new ConditionFailedException(i, write, 0);
                      }
                      within.put(List.of(write.type(), write.id()), write instanceof Write.Put);
                    }
                  }
                }),
        backend(
            "PUT-4",
            "condition-checked-outside-the-lock",
            "checks the conditions, releases the lock, and applies",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public PutResult put(List<Write> batch) {
                    synchronized (store) {
                      checkOpen();
                      writer().judge(batch);
                    }
                    synchronized (store) {
                      checkOpen();
                      return new ReferenceWriter(this) {
                        @Override
                        protected void judge(List<Write> judged) {
                          // was done
                        }
                      }.put(batch);
                    }
                  }
                }),
        writer(
            "PUT-5",
            "condition-names-the-last",
            "names the last write whose condition does not hold",
            backend ->
                new ReferenceWriter(backend) {
                  @Override
                  protected void judge(List<Write> batch) {
                    for (int i = batch.size() - 1; i >= 0; i--) {
                      StoredRecord live = live(batch.get(i).type(), batch.get(i).id());
                      long found = live == null ? 0 : live.version();
                      if (!batch.get(i).condition().holds(found)) {
                        throw new ConditionFailedException(i, batch.get(i), found);
                      }
                    }
                  }
                }));
  }
}

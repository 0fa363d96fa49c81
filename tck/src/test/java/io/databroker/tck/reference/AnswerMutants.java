package io.databroker.tck.reference;

import static io.databroker.tck.reference.Mutant.backend;
import static io.databroker.tck.reference.Mutant.writer;

import io.databroker.api.Bytes;
import io.databroker.api.InvalidArgumentException;
import io.databroker.api.PutResult;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Deletes, answers and reads that differ from what was written. */
final class AnswerMutants {
  private AnswerMutants() {}

  static List<Mutant> all() {
    List<Mutant> mutants = new ArrayList<>(deletes());
    mutants.addAll(answers());
    mutants.addAll(gets());
    return mutants;
  }

  private static List<Mutant> deletes() {
    return List.of(
        writer(
            "PUT-6",
            "delete-of-absent-takes-a-version",
            "deleting an absent record takes a version",
            backend ->
                new ReferenceWriter(backend) {
                  @Override
                  protected StoredRecord apply(Write write) {
                    StoredRecord answer = super.apply(write);
                    if (answer.version() == 0) {
                      store.latest++;
                    }
                    return answer;
                  }
                }),
        writer(
            "PUT-6",
            "delete-of-absent-is-told",
            "deleting an absent record appears in the feed",
            backend ->
                new ReferenceWriter(backend) {
                  @Override
                  protected @Nullable StoredRecord delete(String type, String id) {
                    StoredRecord deleted = super.delete(type, id);
                    if (deleted == null) {
                      changes.add(
                          new StoredRecord(type, id, ++store.latest, Bytes.EMPTY, now, true));
                    }
                    return deleted;
                  }
                }),
        deleting(
            "delete-keeps-its-version",
            "a delete has the version of the put before it",
            (deleted, live) ->
                new StoredRecord(
                    live.type(),
                    live.id(),
                    live.version(),
                    live.payload(),
                    deleted.modifiedAt(),
                    true)),
        deleting(
            "delete-loses-its-payload",
            "a delete has no payload",
            (deleted, live) ->
                new StoredRecord(
                    live.type(),
                    live.id(),
                    deleted.version(),
                    Bytes.EMPTY,
                    deleted.modifiedAt(),
                    true)),
        deleting(
            "delete-told-as-put",
            "a delete is not marked as one",
            (deleted, live) ->
                new StoredRecord(
                    live.type(),
                    live.id(),
                    deleted.version(),
                    live.payload(),
                    deleted.modifiedAt(),
                    false)),
        backend(
            "PUT-7",
            "deleted-record-returned",
            "get returns deleted records",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public @Nullable StoredRecord get(String type, String id) {
                    StoredRecord live = super.get(type, id);
                    synchronized (store) {
                      return live != null
                          ? live
                          : store.log.descendingMap().values().stream()
                              .flatMap(List::stream)
                              .filter(r -> r.type().equals(type) && r.id().equals(id))
                              .findFirst()
                              .orElse(null);
                    }
                  }
                }));
  }

  private interface Delete {
    StoredRecord told(StoredRecord deleted, StoredRecord live);
  }

  private static Mutant deleting(String name, String defect, Delete delete) {
    return writer(
        "PUT-7",
        name,
        defect,
        backend ->
            new ReferenceWriter(backend) {
              @Override
              protected @Nullable StoredRecord delete(String type, String id) {
                StoredRecord live = live(type, id);
                StoredRecord deleted = super.delete(type, id);
                if (deleted == null || live == null) {
                  return deleted;
                }
                StoredRecord told = delete.told(deleted, live);
                changes.set(changes.size() - 1, told);
                return told;
              }
            });
  }

  private static Mutant writing(String rule, String name, String defect, Rewrite rewrite) {
    return writer(
        rule,
        name,
        defect,
        backend ->
            new ReferenceWriter(backend) {
              @Override
              protected StoredRecord store(String type, String id, Bytes payload) {
                return rewrite.store(super::store, type, id, payload);
              }
            });
  }

  private interface Storing {
    StoredRecord store(String type, String id, Bytes payload);
  }

  private interface Rewrite {
    StoredRecord store(Storing right, String type, String id, Bytes payload);
  }

  private static List<Mutant> answers() {
    return List.of(
        backend(
            "PUT-8",
            "answer-sorted",
            "returns the records in the order of the keys",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public PutResult put(List<Write> batch) {
                    PutResult right = super.put(batch);
                    return new PutResult(
                        right.serverVersion(),
                        right.records().stream()
                            .sorted(Comparator.comparing(StoredRecord::type))
                            .toList());
                  }
                }),
        backend(
            "PUT-8",
            "answer-without-the-absent",
            "leaves deletes of absent records out of the answer",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public PutResult put(List<Write> batch) {
                    PutResult right = super.put(batch);
                    return new PutResult(
                        right.serverVersion(),
                        right.records().stream().filter(r -> r.version() != 0).toList());
                  }
                }),
        writer(
            "PUT-10",
            "refusal-ignored",
            "stores payloads that the extraction function rejects",
            backend ->
                new ReferenceWriter(backend) {
                  @Override
                  protected void extract(
                      String argument, String type, Bytes payload, TypeOptions options) {
                    try {
                      super.extract(argument, type, payload, options);
                    } catch (InvalidArgumentException ignored) {
                      // stores it
                    }
                  }
                }),
        writing(
            "PUT-11",
            "payload-cut-at-a-zero",
            "keeps a payload up to its first zero byte",
            (right, type, id, payload) -> {
              byte[] bytes = payload.toByteArray();
              int end = 0;
              while (end < bytes.length && bytes[end] != 0) {
                end++;
              }
              return right.store(type, id, Bytes.copyOf(java.util.Arrays.copyOf(bytes, end)));
            }),
        writing(
            "PUT-11",
            "payload-as-text",
            "keeps a payload as text",
            (right, type, id, payload) -> right.store(type, id, Bytes.utf8(payload.toUtf8()))),
        writing(
            "PUT-11",
            "id-normalised",
            "normalises ids to composed characters",
            (right, type, id, payload) ->
                right.store(type, Normalizer.normalize(id, Normalizer.Form.NFC), payload)),
        backend(
            "PUT-12",
            "time-not-cut",
            "keeps times to the nanosecond",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public Instant now() {
                    return context.clock().instant();
                  }
                }),
        writer(
            "PUT-12",
            "time-of-each-write",
            "the times of a batch differ",
            backend ->
                new ReferenceWriter(backend) {
                  @Override
                  protected StoredRecord store(String type, String id, Bytes payload) {
                    StoredRecord right = super.store(type, id, payload);
                    StoredRecord later =
                        new StoredRecord(
                            type,
                            id,
                            right.version(),
                            payload,
                            now.plusNanos(1000L * changes.size()),
                            false);
                    changes.set(changes.size() - 1, later);
                    store.live.get(type).put(id, later);
                    return later;
                  }
                }));
  }

  private static List<Mutant> gets() {
    return List.of(
        backend(
            "GET-1",
            "get-from-a-late-cache",
            "get reads a map that is updated after the lock was released",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  private final Map<List<String>, StoredRecord> cache = new ConcurrentHashMap<>();

                  @Override
                  public PutResult put(List<Write> batch) {
                    PutResult result = super.put(batch);
                    for (StoredRecord record : result.records()) {
                      List<String> key = List.of(record.type(), record.id());
                      if (record.deleted()) {
                        cache.remove(key);
                      } else {
                        cache.put(key, record);
                      }
                    }
                    return result;
                  }

                  @Override
                  public io.databroker.api.ClearResult clear() {
                    cache.clear();
                    return super.clear();
                  }

                  @Override
                  public @Nullable StoredRecord get(String type, String id) {
                    return cache.get(List.of(type, id));
                  }
                }),
        backend(
            "GET-1",
            "get-ignores-case",
            "does not distinguish types by upper and lower case",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public @Nullable StoredRecord get(String type, String id) {
                    return super.get(type.toLowerCase(java.util.Locale.ROOT), id);
                  }
                }),
        backend(
            "GET-2",
            "get-by-lossy-bytes",
            "looks up by UTF-8 bytes, in which a lone surrogate is a question mark",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public @Nullable StoredRecord get(String type, String id) {
                    return super.get(lossy(type), lossy(id));
                  }

                  private String lossy(String text) {
                    return new String(
                        text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
                  }
                }));
  }
}

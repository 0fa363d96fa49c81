package io.databroker.tck.strangers;

import static io.databroker.tck.strangers.Stranger.over;
import static io.databroker.tck.strangers.Stranger.writer;

import io.databroker.api.Bytes;
import io.databroker.api.Condition;
import io.databroker.api.ConditionFailedException;
import io.databroker.api.InvalidArgumentException;
import io.databroker.api.PutResult;
import io.databroker.api.StoredRecord;
import io.databroker.api.Write;
import io.databroker.api.support.WriteBatch;
import io.databroker.tck.reference.ReferenceWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Batches and conditions that are nearly right. */
final class PutStrangers {
  private PutStrangers() {}

  static List<Stranger> all() {
    List<Stranger> all = new ArrayList<>(conditions());
    all.addAll(results());
    all.addAll(values());
    return all;
  }

  private static List<Stranger> conditions() {
    return List.of(
        writer(
            "PUT-4",
            "absent-after-a-delete-of-the-batch",
            "a delete earlier in the batch makes 'no live record' hold",
            backend ->
                new ReferenceWriter(backend) {
                  @Override
                  protected void judge(List<Write> batch) {
                    Set<List<String>> deleted = new HashSet<>();
                    for (int i = 0; i < batch.size(); i++) {
                      Write write = batch.get(i);
                      StoredRecord live = live(write.type(), write.id());
                      long found = live == null ? 0 : live.version();
                      boolean excused =
                          write.condition().equals(Condition.ABSENT)
                              && deleted.contains(List.of(write.type(), write.id()));
                      if (!excused && !write.condition().holds(found)) {
                        throw new ConditionFailedException(i, write, found);
                      }
                      if (write instanceof Write.Delete) {
                        deleted.add(List.of(write.type(), write.id()));
                      }
                    }
                  }
                }),
        writer(
            "PUT-5",
            "names-a-version-condition-first",
            "of two conditions that fail, names the one on a version even if it comes second",
            backend ->
                new ReferenceWriter(backend) {
                  @Override
                  protected void judge(List<Write> batch) {
                    for (int i = 0; i < batch.size(); i++) {
                      Write write = batch.get(i);
                      StoredRecord live = live(write.type(), write.id());
                      long found = live == null ? 0 : live.version();
                      if (write.condition() instanceof Condition.Version
                          && !write.condition().holds(found)) {
                        throw new ConditionFailedException(i, write, found);
                      }
                    }
                    super.judge(batch);
                  }
                }),
        writer(
            "PUT-5",
            "finds-the-version-of-a-delete",
            "the version found of a deleted record is that of its delete, not 0",
            backend ->
                new ReferenceWriter(backend) {
                  @Override
                  protected void judge(List<Write> batch) {
                    try {
                      super.judge(batch);
                    } catch (ConditionFailedException failed) {
                      long found = failed.found() == 0 ? lastDelete(failed) : failed.found();
                      throw new ConditionFailedException(
                          failed.index(), batch.get(failed.index()), found);
                    }
                  }

                  private long lastDelete(ConditionFailedException failed) {
                    long version = 0;
                    for (List<StoredRecord> held : store.log.values()) {
                      for (StoredRecord change : held) {
                        if (change.type().equals(failed.type())
                            && change.id().equals(failed.recordId())) {
                          version = change.version();
                        }
                      }
                    }
                    return version;
                  }
                }),
        writer(
            "PUT-4",
            "a-tombstone-holds-its-version",
            "a condition on the version of a delete holds for the deleted record",
            backend ->
                new ReferenceWriter(backend) {
                  @Override
                  protected void judge(List<Write> batch) {
                    List<Write> judged = new ArrayList<>(batch);
                    judged.replaceAll(
                        write -> isOfItsDelete(write) ? write.when(Condition.ABSENT) : write);
                    super.judge(judged);
                  }

                  private boolean isOfItsDelete(Write write) {
                    return write.condition() instanceof Condition.Version version
                        && store.log.values().stream()
                            .flatMap(List::stream)
                            .anyMatch(
                                change ->
                                    change.deleted()
                                        && change.version() == version.expected()
                                        && change.type().equals(write.type())
                                        && change.id().equals(write.id()));
                  }
                }),
        writer(
            "PUT-1",
            "wide-batches-are-judged-in-part",
            "checks only the conditions of the first 700 writes",
            backend ->
                new ReferenceWriter(backend) {
                  @Override
                  protected void judge(List<Write> batch) {
                    super.judge(batch.subList(0, Math.min(700, batch.size())));
                  }
                }));
  }

  private static List<Stranger> results() {
    return List.of(
        over(
            "PUT-8 PUT-12",
            "a-delete-answers-the-old-time",
            "the result of a delete has the time of the write that it deletes",
            inner ->
                new Passing(inner) {
                  @Override
                  public PutResult put(List<Write> batch) {
                    Map<List<String>, StoredRecord> before = new HashMap<>();
                    for (Write write : batch) {
                      StoredRecord live = inner.get(write.type(), write.id());
                      if (live != null) {
                        before.put(List.of(write.type(), write.id()), live);
                      }
                    }
                    PutResult result = inner.put(batch);
                    List<StoredRecord> answers = new ArrayList<>(result.records());
                    answers.replaceAll(
                        it -> {
                          StoredRecord old = before.get(List.of(it.type(), it.id()));
                          return it.deleted() && it.version() > 0 && old != null
                              ? new StoredRecord(
                                  it.type(),
                                  it.id(),
                                  it.version(),
                                  it.payload(),
                                  old.modifiedAt(),
                                  true)
                              : it;
                        });
                    return new PutResult(result.serverVersion(), answers);
                  }
                }),
        over(
            "PUT-8",
            "no-op-names-no-history",
            "the result of a batch that changed nothing names history 0",
            inner ->
                new Passing(inner) {
                  @Override
                  public PutResult put(List<Write> batch) {
                    PutResult result = inner.put(batch);
                    return result.records().stream().allMatch(it -> it.version() == 0)
                        ? new PutResult(0, result.records())
                        : result;
                  }
                }),
        writer(
            "PUT-3",
            "equal-writes-of-a-batch-are-one",
            "a write that repeats an earlier one of its batch is dropped, and answers the same",
            backend ->
                new ReferenceWriter(backend) {
                  private final Map<List<Object>, StoredRecord> done = new HashMap<>();

                  @Override
                  protected StoredRecord store(String type, String id, Bytes payload) {
                    StoredRecord live = live(type, id);
                    StoredRecord same = done.get(List.of(type, id, payload));
                    if (same != null && live != null && same.version() == live.version()) {
                      return same;
                    }
                    StoredRecord stored = super.store(type, id, payload);
                    done.put(List.of(type, id, payload), stored);
                    return stored;
                  }
                }),
        writer(
            "PUT-12",
            "a-time-for-each-hundred-writes",
            "reads the clock again after every hundred writes of a batch",
            backend ->
                new ReferenceWriter(backend) {
                  private int writes;

                  @Override
                  protected StoredRecord store(String type, String id, Bytes payload) {
                    if (++writes % 100 == 0) {
                      now = backend.now();
                    }
                    return super.store(type, id, payload);
                  }
                }),
        writer(
            "PUT-10",
            "counts-the-puts-alone",
            "the error of a rejected payload gives its place among the puts, not in the batch",
            backend ->
                new ReferenceWriter(backend) {
                  @Override
                  protected void extract(List<Write> batch) {
                    super.extract(batch.stream().filter(it -> it instanceof Write.Put).toList());
                  }
                }),
        writer(
            "VER-1 PUT-10 PUT-1",
            "a-rejected-batch-uses-versions",
            "a batch with a rejected payload uses up the versions of the writes before it",
            backend ->
                new ReferenceWriter(backend) {
                  @Override
                  protected void extract(List<Write> batch) {
                    for (int i = 0; i < batch.size(); i++) {
                      try {
                        super.extract(batch.subList(0, i + 1));
                      } catch (InvalidArgumentException rejected) {
                        store.latest += i;
                        throw rejected;
                      }
                    }
                  }
                }));
  }

  private static List<Stranger> values() {
    return List.of(
        writer(
            "PUT-11",
            "zeros-at-the-end-are-cut",
            "payloads lose the zero bytes at their end",
            backend ->
                new ReferenceWriter(backend) {
                  @Override
                  protected StoredRecord store(String type, String id, Bytes payload) {
                    byte[] bytes = payload.toByteArray();
                    int length = bytes.length;
                    while (length > 0 && bytes[length - 1] == 0) {
                      length--;
                    }
                    return super.store(type, id, Bytes.copyOf(Arrays.copyOf(bytes, length)));
                  }
                }),
        over(
            "PUT-11 GET-1",
            "ids-are-padded",
            "ids that differ in spaces at their end are one, as in a CHAR column",
            inner ->
                new Passing(inner) {
                  @Override
                  public PutResult put(List<Write> batch) {
                    List<Write> cut = new ArrayList<>();
                    for (Write it : batch) {
                      cut.add(
                          it instanceof Write.Put put
                              ? new Write.Put(
                                  put.type(), cut(put.id()), put.payload(), put.condition())
                              : new Write.Delete(it.type(), cut(it.id()), it.condition()));
                    }
                    return inner.put(cut);
                  }

                  @Override
                  public @Nullable StoredRecord get(String type, String id) {
                    return inner.get(type, cut(id));
                  }

                  private String cut(String id) {
                    String cut = id.replaceAll(" +$", "");
                    return cut.isEmpty() ? id : cut;
                  }
                }),
        writer(
            "PUT-8 PUT-7",
            "a-wide-delete-answers-no-payload",
            "the result of a delete lacks its payload if the batch has over 100 writes",
            backend ->
                new ReferenceWriter(backend) {
                  @Override
                  protected PutResult apply(WriteBatch given) {
                    PutResult result = super.apply(given);
                    List<StoredRecord> answers = new ArrayList<>(result.records());
                    if (answers.size() > 100) {
                      answers.replaceAll(
                          it ->
                              it.deleted()
                                  ? new StoredRecord(
                                      it.type(),
                                      it.id(),
                                      it.version(),
                                      Bytes.EMPTY,
                                      it.modifiedAt(),
                                      true)
                                  : it);
                    }
                    return new PutResult(result.serverVersion(), answers);
                  }
                }));
  }
}

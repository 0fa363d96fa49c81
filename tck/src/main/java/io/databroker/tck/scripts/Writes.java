package io.databroker.tck.scripts;

import static io.databroker.tck.scripts.Names.java;

import io.databroker.api.Bytes;
import io.databroker.api.Condition;
import io.databroker.api.ConditionFailedException;
import io.databroker.api.PutResult;
import io.databroker.api.StoredRecord;
import io.databroker.api.Write;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The steps that write records and options. */
final class Writes {
  /** Number of evictions of one setOptions from which several batches are allowed (CAP-5). */
  private static final int ONE_BATCH = 100;

  private final Session session;
  private final Reference reference;

  Writes(Session session) {
    this.session = session;
    this.reference = session.reference;
  }

  void put(Step.Put put) {
    List<Write> batch = new ArrayList<>();
    put.writes().forEach(write -> batch.add(write(write)));
    session.note(
        batch.stream()
            .map(Writes::javaOf)
            .collect(Collectors.joining(",\n        ", "backend.put(List.of(\n        ", "));")));
    put(batch);
  }

  private Write write(Step.W write) {
    String payload = write.payload();
    Write made =
        payload == null
            ? Write.delete(write.type(), write.id())
            : Write.put(write.type(), write.id(), Bytes.utf8(payload));
    long live = reference.found(write.type(), write.id());
    return switch (write.when()) {
      case ALWAYS -> made;
      case ABSENT -> made.when(Condition.ABSENT);
      case LIVE -> made.when(live == 0 ? Condition.ABSENT : Condition.version(live));
      case STALE -> made.when(Condition.version(live - 1));
      case ZERO -> made.when(Condition.version(0));
    };
  }

  private static String javaOf(Write write) {
    String condition = "";
    if (write.condition() instanceof Condition.Version version) {
      condition = ".when(Condition.version(" + version.expected() + "L))";
    } else if (write.condition().equals(Condition.ABSENT)) {
      condition = ".when(Condition.ABSENT)";
    }
    String key = Session.key(write.type(), write.id());
    return write instanceof Write.Put put
        ? "Write.put(" + key + ", Bytes.utf8(" + java(put.payload().toUtf8()) + "))" + condition
        : "Write.delete(" + key + ")" + condition;
  }

  private void put(List<Write> batch) {
    int failing = reference.failing(batch);
    Instant time = session.now();
    PutResult result;
    try {
      result = session.call(() -> session.backend().put(batch));
    } catch (ConditionFailedException failed) {
      judge(batch, failing, failed);
      return;
    }
    if (failing >= 0) {
      throw new Mismatch(
          "PUT-4",
          "put: expected condition-failed of write "
              + failing
              + ", "
              + batch.get(failing).condition()
              + ", where version "
              + found(batch.get(failing))
              + " was live, but it was applied");
    }
    if (!session.turnable && !result.records().isEmpty()) {
      time = result.records().get(0).modifiedAt();
    }
    List<StoredRecord> expected = reference.put(batch, time);
    if (result.serverVersion() != reference.serverVersion) {
      throw new Mismatch(
          "PUT-8",
          "put: expected history "
              + reference.serverVersion
              + ", but was "
              + result.serverVersion());
    }
    if (result.records().size() != expected.size()) {
      throw new Mismatch(
          "PUT-8", "put: expected " + expected.size() + " answers, but was " + result.records());
    }
    for (int i = 0; i < expected.size(); i++) {
      judge(i, expected.get(i), result.records().get(i));
    }
  }

  private long found(Write write) {
    return reference.found(write.type(), write.id());
  }

  private void judge(List<Write> batch, int failing, ConditionFailedException failed) {
    Write write = batch.get(Math.max(0, failing));
    boolean right =
        failing == failed.index()
            && failed.found() == found(write)
            && failed.type().equals(write.type())
            && failed.recordId().equals(write.id())
            && failed.expected().equals(write.condition());
    if (!right) {
      throw new Mismatch(
          failing < 0 ? "PUT-4" : "PUT-5",
          "put: expected "
              + (failing < 0
                  ? "it to be applied"
                  : "condition-failed of write " + failing + ", found " + found(write))
              + ", but was "
              + failed.getMessage(),
          failed);
    }
  }

  private static void judge(int index, StoredRecord expected, StoredRecord seen) {
    if (expected.equals(seen)) {
      return;
    }
    String rule = "PUT-8";
    if (expected.version() != seen.version()) {
      rule = expected.version() == 0 ? "PUT-6" : "VER-1";
    } else if (!expected.payload().equals(seen.payload())
        || !expected.type().equals(seen.type())
        || !expected.id().equals(seen.id())) {
      rule = "PUT-11";
    } else if (!expected.modifiedAt().equals(seen.modifiedAt())) {
      rule = "PUT-12";
    }
    throw new Mismatch(
        rule, "put, answer " + index + ": expected " + expected + ", but was " + seen);
  }

  void many(Step.Many many) {
    session.note(
        "// "
            + (many.delete() ? "delete " : "put ")
            + many.count()
            + " records of type "
            + java(many.type())
            + ", ids "
            + java(many.prefix())
            + " + 0, 1, ..., in batches of "
            + many.batch());
    List<Write> writes = new ArrayList<>();
    for (int i = 0; i < many.count(); i++) {
      writes.add(numbered(many.type(), many.prefix() + i, many.delete(), i));
    }
    inBatches(writes, many.batch());
  }

  void manyTypes(Step.ManyTypes many) {
    session.note(
        "// "
            + (many.delete() ? "delete" : "put")
            + " a record \"a\" of "
            + many.count()
            + " types "
            + java(many.prefix())
            + " + 0, 1, ..., in batches of "
            + many.batch());
    List<Write> writes = new ArrayList<>();
    for (int i = 0; i < many.count(); i++) {
      writes.add(numbered(many.prefix() + i, "a", many.delete(), i));
    }
    inBatches(writes, many.batch());
  }

  private static Write numbered(String type, String id, boolean delete, int i) {
    return delete
        ? Write.delete(type, id)
        : Write.put(type, id, Bytes.utf8("colour=" + (i % 2 == 0 ? "Aa" : "BB")));
  }

  private void inBatches(List<Write> writes, int size) {
    for (int from = 0; from < writes.size(); from += size) {
      put(writes.subList(from, Math.min(writes.size(), from + size)));
    }
  }

  void setOptions(Step.SetOptions set) throws InterruptedException {
    session.note(
        "backend.setOptions(" + java(set.type()) + ", " + Session.javaOf(set.options()) + ");");
    session.call(
        () -> {
          session.backend().setOptions(set.type(), set.options());
          return true;
        });
    if (set.options().isEmpty()) {
      reference.options.remove(set.type());
    } else {
      reference.options.put(set.type(), set.options());
    }
    List<StoredRecord> victims = reference.victims(Set.of(set.type()));
    if (!victims.isEmpty()) {
      List<List<StoredRecord>> told = told("CAP-5", victims.size());
      if (victims.size() <= ONE_BATCH && told.size() != 1) {
        throw new Mismatch(
            "CAP-5",
            "a lowered capacity evicted " + victims.size() + " in " + told.size() + " batches");
      }
      deletes("CAP-5", victims, told.stream().flatMap(List::stream).toList());
      reference.adopt(told);
    }
  }

  /** Reads a number of deletes from the feed, after the last known version. */
  private List<List<StoredRecord>> told(String rule, int expected) throws InterruptedException {
    List<List<StoredRecord>> told = session.told(reference.latest);
    int seen = told.stream().mapToInt(List::size).sum();
    if (seen != expected) {
      throw new Mismatch(
          rule, "expected " + expected + " deletes in the feed, but was " + seen + ": " + told);
    }
    return told;
  }

  /** Checks that these records were deleted, in this order, from the next version on. */
  private void deletes(String rule, List<StoredRecord> records, List<StoredRecord> told) {
    long version = reference.latest;
    for (int i = 0; i < records.size(); i++) {
      deleted(rule, records.get(i), told.get(i), ++version);
    }
  }

  private void deleted(String rule, StoredRecord record, StoredRecord told, long version) {
    Instant time = session.turnable ? session.now() : told.modifiedAt();
    StoredRecord expected =
        new StoredRecord(record.type(), record.id(), version, record.payload(), time, true);
    if (!expected.equals(told)) {
      throw new Mismatch(rule, "in the feed: expected " + expected + ", but was " + told);
    }
  }

  void expire() throws InterruptedException {
    if (!session.turnable) {
      return;
    }
    session.note("backend.expire();");
    Map<String, List<StoredRecord>> expected = reference.expired(session.now());
    long count = expected.values().stream().mapToLong(List::size).sum();
    long answered = session.call(() -> session.backend().expire());
    if (answered != count) {
      throw new Mismatch(
          "TTL-4", "expire(): expected " + count + " of " + expected + ", but was " + answered);
    }
    if (count == 0) {
      return;
    }
    List<List<StoredRecord>> told = told("TTL-1", (int) count);
    long version = reference.latest;
    Map<String, Integer> next = new HashMap<>();
    for (StoredRecord change : told.stream().flatMap(List::stream).toList()) {
      @Nullable List<StoredRecord> due = expected.get(change.type());
      int index = next.merge(change.type(), 1, Integer::sum) - 1;
      if (due == null || index >= due.size()) {
        throw new Mismatch("TTL-1", "expire() deleted " + change + ", which had not expired");
      }
      deleted("TTL-2", due.get(index), change, ++version);
    }
    reference.adopt(told);
  }
}

package io.databroker.tck.scripts;

import static io.databroker.tck.scripts.Names.java;

import io.databroker.api.Bytes;
import io.databroker.api.Condition;
import io.databroker.api.ConditionFailedException;
import io.databroker.api.PutResult;
import io.databroker.api.StoredRecord;
import io.databroker.api.Write;
import io.databroker.tck.text.Texts;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The steps that write records and options. */
final class Writes {
  private final Session session;
  private final Reference reference;

  Writes(Session session) {
    this.session = session;
    this.reference = session.reference;
  }

  void put(Step.Put put) throws InterruptedException {
    List<Write> batch = new ArrayList<>();
    put.writes().forEach(write -> batch.add(write(write)));
    session.note(javaOf(batch));
    put(batch);
  }

  static String javaOf(List<Write> batch) {
    return batch.stream()
        .map(Writes::javaOf)
        .collect(Collectors.joining(",\n        ", "backend.put(List.of(\n        ", "));"));
  }

  private Write write(Step.W write) {
    return when(plain(write.type(), write.id(), write.payload()), write.when());
  }

  /** Returns a put without a condition, or a delete if there is no payload. */
  static Write plain(String type, String id, @Nullable String payload) {
    return payload == null ? Write.delete(type, id) : Write.put(type, id, Bytes.utf8(payload));
  }

  private Write when(Write made, Step.When when) {
    long live = reference.found(made.type(), made.id());
    return switch (when) {
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

  private void put(List<Write> batch) throws InterruptedException {
    int failing = reference.failing(batch);
    long before = reference.latest;
    boolean looks = session.looks();
    if (looks) {
      session.look(batch.get(0).type(), batch.get(0).id());
    }
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
          Texts.format(
              "put: expected condition-failed of write %d, %s, where version %d was live, but it"
                  + " was applied",
              failing, batch.get(failing).condition(), found(batch.get(failing))));
    }
    if (!session.turnable && !result.records().isEmpty()) {
      time = result.records().get(0).modifiedAt();
    }
    List<StoredRecord> expected = reference.put(batch, time);
    boolean again = batch.stream().map(Writes::key).distinct().count() < batch.size();
    if (result.serverVersion() != reference.serverVersion) {
      throw new Mismatch(
          "PUT-8",
          Texts.format(
              "put: expected history %d, but was %d",
              reference.serverVersion, result.serverVersion()));
    }
    if (result.records().size() != expected.size()) {
      throw new Mismatch(
          "PUT-8", "put: expected " + expected.size() + " answers, but was " + result.records());
    }
    for (int i = 0; i < expected.size(); i++) {
      judge(i, expected.get(i), result.records().get(i), again ? "PUT-3" : "VER-1");
    }
    if (looks) {
      session.look(batch.get(0).type(), batch.get(0).id());
      session.look(batch.get(batch.size() - 1).type(), batch.get(batch.size() - 1).id());
    }
    evictions(before, expected);
  }

  /** Judges the feed's batch if it holds more than the writes: the evictions that they cause. */
  private void evictions(long before, List<StoredRecord> written) throws InterruptedException {
    long changes = written.stream().filter(record -> record.version() != 0).count();
    if (reference.latest - before == changes || !session.looksAtFeeds()) {
      return;
    }
    List<StoredRecord> expected = reference.log.get(reference.log.size() - 1);
    List<List<StoredRecord>> told = session.told(before);
    if (!told.equals(List.of(expected))) {
      throw new Mismatch(
          "CAP-2",
          Texts.format(
              "in the feed: expected the batch %s, but was %s",
              ReferenceFeed.shortened(expected),
              told.size() == 1 ? ReferenceFeed.shortened(told.get(0)) : told));
    }
  }

  private static List<String> key(Write write) {
    return List.of(write.type(), write.id());
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
      String expected =
          failing < 0
              ? "it to be applied"
              : "condition-failed of write " + failing + ", found " + found(write);
      throw new Mismatch(
          failing < 0 ? "PUT-4" : "PUT-5",
          "put: expected " + expected + ", but was " + failed.getMessage(),
          failed);
    }
  }

  /** Judges one answer; {@code numbers} is the rule that a wrong version breaks. */
  static void judge(int index, StoredRecord expected, StoredRecord seen, String numbers) {
    if (expected.equals(seen)) {
      return;
    }
    String rule = "PUT-8";
    if (expected.version() != seen.version()) {
      rule = expected.version() == 0 ? "PUT-6" : numbers;
    } else if (expected.deleted() && !expected.payload().equals(seen.payload())) {
      rule = expected.version() == 0 ? "PUT-8" : "PUT-7";
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

  void wide(Step.Wide wide) throws InterruptedException {
    session.note(
        Texts.format(
            "// one batch of %d writes: i is of type %s, id \"w\" + i %% %d, every third a delete;"
                + " the condition of the last is %s",
            wide.count(), java(wide.type()), wide.ids(), wide.last()));
    List<Write> batch = new ArrayList<>();
    for (int i = 0; i < wide.count(); i++) {
      batch.add(numbered(wide.type(), "w" + i % wide.ids(), i % 3 == 2, i));
    }
    batch.add(when(batch.remove(wide.count() - 1), wide.last()));
    put(batch);
  }

  void many(Step.Many many) throws InterruptedException {
    session.note(
        Texts.format(
            "// %s %d records of type %s, ids %s + 0, 1, ..., in batches of %d",
            many.delete() ? "delete" : "put",
            many.count(),
            java(many.type()),
            java(many.prefix()),
            many.batch()));
    List<Write> writes = new ArrayList<>();
    for (int i = 0; i < many.count(); i++) {
      writes.add(numbered(many.type(), many.prefix() + i, many.delete(), i));
    }
    inBatches(writes, many.batch());
  }

  void manyTypes(Step.ManyTypes many) throws InterruptedException {
    session.note(
        Texts.format(
            "// %s a record \"a\" of %d types %s + 0, 1, ..., in batches of %d",
            many.delete() ? "delete" : "put", many.count(), java(many.prefix()), many.batch()));
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

  private void inBatches(List<Write> writes, int size) throws InterruptedException {
    for (int from = 0; from < writes.size(); from += size) {
      put(writes.subList(from, Math.min(writes.size(), from + size)));
    }
  }
}

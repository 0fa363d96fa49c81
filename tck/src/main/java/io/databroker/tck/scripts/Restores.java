package io.databroker.tck.scripts;

import io.databroker.api.Bytes;
import io.databroker.api.Capability;
import io.databroker.api.PutResult;
import io.databroker.api.StoredRecord;
import io.databroker.api.Write;
import io.databroker.tck.text.Texts;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The step that restores records with their times. */
final class Restores {
  /** Versions given in restored records; a restore ignores them. */
  private static final long[] VERSIONS = {7, 0, 1_000_000, Long.MAX_VALUE, -1};

  private final Session session;
  private final Reference reference;

  Restores(Session session) {
    this.session = session;
    this.reference = session.reference;
  }

  void restore(Step.Restore step) {
    if (!session.bench.has(Capability.RESTORE)) {
      return;
    }
    List<StoredRecord> records = new ArrayList<>();
    List<Write> writes = new ArrayList<>();
    List<Instant> times = new ArrayList<>();
    for (Step.R record : step.records()) {
      String payload = record.payload();
      Instant time = session.now().plusNanos(record.nanos());
      // The payload of a restored delete is ignored: the payload of the live record counts.
      Bytes bytes = Bytes.utf8(payload == null ? "not that of the live record" : payload);
      long version = VERSIONS[Math.floorMod(record.nanos(), VERSIONS.length)];
      records.add(
          new StoredRecord(record.type(), record.id(), version, bytes, time, payload == null));
      writes.add(Writes.plain(record.type(), record.id(), payload));
      times.add(time.truncatedTo(ChronoUnit.MICROS));
    }
    session.note(
        records.stream()
            .map(Restores::javaOf)
            .collect(
                Collectors.joining(",\n        ", "backend.restore(List.of(\n        ", "));")));
    StoredRecord first = records.get(0);
    session.look(first.type(), first.id());
    PutResult result = session.call(() -> session.backend().restore(records));
    List<StoredRecord> expected = reference.apply(writes, times);
    if (result.serverVersion() != reference.serverVersion
        || result.records().size() != expected.size()) {
      throw new Mismatch("RESTORE-1", "restore: expected " + expected + ", but was " + result);
    }
    for (int i = 0; i < expected.size(); i++) {
      StoredRecord seen = result.records().get(i);
      if (expected.get(i).version() == 0) {
        Instant any = expected.get(i).modifiedAt();
        Writes.judge(i, expected.get(i), withTime(seen, any), "RESTORE-1");
      } else if (!seen.equals(expected.get(i))) {
        boolean timeAlone = withTime(seen, expected.get(i).modifiedAt()).equals(expected.get(i));
        boolean given = seen.version() == records.get(i).version();
        throw new Mismatch(
            timeAlone || given ? "RESTORE-2" : "RESTORE-1",
            "restore, answer " + i + ": expected " + expected.get(i) + ", but was " + seen);
      }
    }
    session.look(first.type(), first.id());
  }

  /**
   * Returns a record with another time, because the contract names no time for a delete that is a
   * no-op.
   */
  private static StoredRecord withTime(StoredRecord record, Instant time) {
    return new StoredRecord(
        record.type(), record.id(), record.version(), record.payload(), time, record.deleted());
  }

  private static String javaOf(StoredRecord record) {
    return Texts.format(
        "new StoredRecord(%s, %dL, Bytes.utf8(%s), Instant.parse(\"%s\"), %b)",
        Session.key(record.type(), record.id()),
        record.version(),
        Names.java(record.payload().toUtf8()),
        record.modifiedAt(),
        record.deleted());
  }
}

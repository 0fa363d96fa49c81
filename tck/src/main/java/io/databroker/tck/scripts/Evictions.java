package io.databroker.tck.scripts;

import static io.databroker.tck.scripts.Names.java;

import io.databroker.api.StoredRecord;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The steps in which a backend itself deletes records, judged by its feed. */
final class Evictions {
  /** If one setOptions evicts more records than this, several batches are allowed (CAP-5). */
  private static final int ONE_BATCH = 100;

  private final Session session;
  private final Reference reference;

  Evictions(Session session) {
    this.session = session;
    this.reference = session.reference;
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

  /** Judges that these records were deleted, in this order, from the next version on. */
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
      boolean deleted = session.backend().versions().latest() - reference.latest == count;
      throw new Mismatch(
          deleted ? "TTL-4" : "TTL-1",
          "expire(): expected " + count + " of " + expected + ", but was " + answered);
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

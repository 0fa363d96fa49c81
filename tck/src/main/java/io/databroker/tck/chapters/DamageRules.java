package io.databroker.tck.chapters;

import io.databroker.api.Backend;
import io.databroker.api.BackendState;
import io.databroker.api.Capability;
import io.databroker.api.ChangeFeed;
import io.databroker.api.Changes;
import io.databroker.api.DatabrokerException;
import io.databroker.api.ErrorId;
import io.databroker.api.Position;
import io.databroker.api.Selection;
import io.databroker.api.Snapshot;
import io.databroker.api.StoredRecord;
import io.databroker.tck.contract.Needs;
import io.databroker.tck.contract.Rule;
import io.databroker.tck.engine.StoredBytes;
import io.databroker.tck.engine.Violation;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.opentest4j.TestAbortedException;

/**
 * Bits that flip in the files of a store. A backend that holds the record twice may answer
 * correctly; otherwise it fails and names the file. It must neither answer wrongly nor lose a
 * record silently.
 *
 * <p><b>Thread-safety:</b> none; JUnit uses each instance on one thread.
 */
abstract class DamageRules extends Chapter {
  private static final int RECORDS = 30;
  private static final int MOST_PLACES = 3;
  private static final String MARK = "a record whose bytes are damaged: ";

  DamageRules() {}

  @Test
  @Needs(Capability.DURABLE)
  @Rule("ERR-5")
  void aBitFlippedInAClosedStoreIsReportedOrHarmless() throws IOException {
    List<StoredRecord> records = write();
    backend().close();
    int copy = 1;
    for (int number : new int[] {1, RECORDS / 2, RECORDS}) {
      for (StoredBytes place : places(number)) {
        bench.copy(0, copy);
        StoredBytes damaged = place.in(bench.directory(0), bench.directory(copy));
        damaged.flip();
        Backend opened;
        try {
          opened = bench.open(copy++, bench.context());
        } catch (DatabrokerException refused) {
          requireNamed("ERR-5", "the open", refused, damaged);
          continue;
        }
        check("ERR-5", opened, records, damaged);
        opened.close();
      }
    }
  }

  @Test
  @Needs(Capability.DURABLE)
  @Rule({"ERR-7", "STATE-3"})
  void aBitFlippedUnderAnOpenStoreCostsOneRecordAtMost() throws IOException {
    List<StoredRecord> records = write();
    int number = RECORDS / 2;
    StoredBytes place = places(number).get(0);
    place.flip();
    for (StoredRecord record : records) {
      String problem = read(backend(), record);
      if (problem != null && !record.id().equals(id(number))) {
        throw broken("ERR-7", place, "the bytes of " + id(number) + " are damaged, but " + problem);
      }
    }
    boolean failed = check("ERR-7", backend(), records, place);
    BackendState state = backend().state();
    if (failed && !(state.reason() != null && names(state.detail(), place))) {
      throw broken("STATE-3", place, "a read failed for damage, but the state is " + state);
    }
    backend().close();
    Backend again;
    try {
      again = bench.open(0, bench.context());
    } catch (DatabrokerException refused) {
      requireNamed("ERR-5", "the open", refused, place);
      return;
    }
    check("ERR-7", again, records, place);
    again.close();
  }

  private List<StoredRecord> write() {
    List<StoredRecord> records = new ArrayList<>();
    for (int i = 1; i <= RECORDS; i++) {
      records.addAll(put(write("t", id(i), MARK + id(i))));
    }
    return records;
  }

  private static String id(int number) {
    return "id" + (1_000 + number);
  }

  private List<StoredBytes> places(int number) throws IOException {
    List<StoredBytes> places = StoredBytes.find(bench.directory(0), MARK + id(number));
    if (places.isEmpty()) {
      throw new TestAbortedException(
          "not run: no file in the backend's directory holds the plain bytes of a payload");
    }
    return places.subList(0, Math.min(MOST_PLACES, places.size()));
  }

  /** Reads all records in each way; returns whether a read failed and named the damage. */
  private boolean check(
      String rule, Backend backend, List<StoredRecord> records, StoredBytes place) {
    boolean failed = false;
    for (StoredRecord record : records) {
      try {
        StoredRecord found = backend.get(record.type(), record.id());
        if (!record.equals(found)) {
          throw broken(rule, place, "get(t, " + record.id() + ") returns " + words(found));
        }
      } catch (DatabrokerException error) {
        requireNamed(rule, "get(t, " + record.id() + ")", error, place);
        failed = true;
      }
    }
    failed |= checkSnapshot(rule, backend, records, place);
    failed |= checkFeed(rule, backend, records, place);
    return failed;
  }

  private boolean checkSnapshot(
      String rule, Backend backend, List<StoredRecord> records, StoredBytes place) {
    Set<StoredRecord> found = new HashSet<>();
    try (Snapshot snapshot = backend.snapshot(Selection.ofType("t"))) {
      Iterator<StoredRecord> all = snapshot.records();
      while (all.hasNext()) {
        found.add(all.next());
      }
    } catch (DatabrokerException error) {
      requireNamed(rule, "a snapshot", error, place);
      return true;
    }
    if (!found.equals(new HashSet<>(records))) {
      found.removeAll(records);
      throw broken(
          rule, place, "a snapshot lacks a record without an error, or holds wrong ones: " + found);
    }
    return false;
  }

  private boolean checkFeed(
      String rule, Backend backend, List<StoredRecord> records, StoredBytes place) {
    List<StoredRecord> told = new ArrayList<>();
    Position end = backend.versions().end();
    Position begin = new Position(end.serverVersion(), backend.versions().earliest() - 1);
    try (ChangeFeed feed = backend.changes(begin, null)) {
      for (Changes next = feed.poll(); next != null; next = feed.poll()) {
        told.addAll(next.records());
      }
    } catch (DatabrokerException error) {
      requireNamed(rule, "a feed", error, place);
      return true;
    }
    if (!records.containsAll(told)) {
      told.removeAll(records);
      throw broken(rule, place, "a feed delivers wrong changes: " + told);
    }
    return false;
  }

  /** Returns the problem with a get, or null if it returns the record. */
  private static @Nullable String read(Backend backend, StoredRecord record) {
    try {
      StoredRecord found = backend.get(record.type(), record.id());
      return record.equals(found) ? null : "get(t, " + record.id() + ") returns " + words(found);
    } catch (DatabrokerException error) {
      return "get(t, " + record.id() + ") fails: " + error;
    }
  }

  private static String words(@Nullable StoredRecord found) {
    return found == null ? "null" : found + " with payload \"" + found.payload().toUtf8() + "\"";
  }

  private void requireNamed(
      String rule, String call, DatabrokerException error, StoredBytes place) {
    boolean isTyped = error.id() == ErrorId.STORAGE_FAILED || error.id() == ErrorId.OPEN_FAILED;
    if (!isTyped || !names(String.valueOf(error.getMessage()), place)) {
      throw broken(
          rule, place, call + " fails, but does not name the damaged file: " + error.getMessage());
    }
  }

  private static boolean names(String text, StoredBytes place) {
    return text.contains(place.file().getFileName().toString());
  }

  private Violation broken(String rule, StoredBytes place, String seen) {
    return Violation.found(
        rule,
        bench.tuning,
        "Seen: after one bit was flipped in " + place + ", " + seen + "\n",
        null);
  }
}

package io.databroker.tck.chapters;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.databroker.api.Backend;
import io.databroker.api.Capability;
import io.databroker.api.HistoryReplacedException;
import io.databroker.api.Selection;
import io.databroker.api.Snapshot;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Versions;
import io.databroker.tck.contract.Needs;
import io.databroker.tck.contract.Rule;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * Versions.
 *
 * <p><b>Thread-safety:</b> none; JUnit uses each instance on one thread.
 */
abstract class VersionRules extends Chapter {
  private static final int HISTORIES = 9;

  /** Random names all lie this close to each other about once in 10^40 runs. */
  private static final long NEAR = 1 << 16;

  VersionRules() {}

  @Test
  @Rule("VER-1")
  void eachChangeOfAnyTypeTakesTheNextNumberFromOne() {
    capacity("small", 1);
    List<StoredRecord> written = new ArrayList<>(put(write("a", "1", ""), write("b", "1", "")));
    written.add(put("a", "2"));
    written.addAll(put(delete("b", "1"), delete("absent", "1"), write("a", "1", "again")));
    assertEquals(
        List.of(1L, 2L, 3L, 4L, 0L, 5L), written.stream().map(StoredRecord::version).toList());
    put(write("small", "1", ""), write("small", "2", ""));
    assertEquals(9, put("a", "3").version(), "6 and 7 are puts, 8 is an eviction");
    assertEquals(
        LongStream.rangeClosed(1, 9).boxed().toList(),
        changes(begin()).stream().map(StoredRecord::version).toList());
  }

  @Test
  @Rule("VER-1")
  void expiryTakesTheNextNumbersToo() {
    backend().setOptions("t", TypeOptions.NONE.withTtl(span()));
    putEach("t", "1", "2");
    pass(span().multipliedBy(2));
    backend().expire();
    assertEquals(5, put("t", "3").version());
  }

  @Test
  @Rule("VER-2")
  void aLaterCallHasTheLargerVersions() {
    long last = 0;
    for (int i = 0; i < 50; i++) {
      for (StoredRecord written : put(write("t" + i % 7, "1", ""), write("u", "" + i, ""))) {
        assertTrue(written.version() > last);
        last = written.version();
      }
      assertEquals(last, backend().versions().latest());
    }
  }

  @Test
  @Rule("VER-3")
  void aRecordHasTheVersionOfItsLastWrite() {
    put("t", "1");
    long second = put("t", "1").version();
    put("t", "2");
    assertEquals(second, found("t", "1").version());
    assertTrue(
        records(Selection.all()).stream()
            .anyMatch(record -> record.id().equals("1") && record.version() == second));
  }

  @Test
  @Rule("VER-4")
  void theServerVersionIsNotZeroAndStays() {
    long first = backend().versions().serverVersion();
    assertNotEquals(0, first);
    capacity("t", 1);
    putEach("t", "1", "2");
    put(delete("t", "2"));
    backend().trim(now().plus(span()));
    backend().expire();
    assertEquals(first, backend().versions().serverVersion());
  }

  @Test
  @Rule("VER-4")
  void noTwoHistoriesShareAName() {
    long first = backend().versions().serverVersion();
    long elsewhere = bench.open(1, bench.context()).versions().serverVersion();
    assertNotEquals(first, elsewhere);
    backend().clear();
    long second = backend().versions().serverVersion();
    assertNotEquals(first, second);
    backend().clear();
    assertNotEquals(first, backend().versions().serverVersion());
    assertNotEquals(second, backend().versions().serverVersion());
  }

  /** Names from a counter or a clock repeat in another process, or after a restart. */
  @Test
  @Rule("VER-4")
  void namesOfHistoriesAreNotNumbered() {
    long least = Long.MAX_VALUE;
    long most = Long.MIN_VALUE;
    List<Long> names = new ArrayList<>(List.of(backend().versions().serverVersion()));
    for (int i = 0; i < HISTORIES; i++) {
      names.add(backend().clear().newServerVersion());
    }
    for (long name : names) {
      least = Math.min(least, name);
      most = Math.max(most, name);
    }
    long range = most - least; // negative if it exceeds a long
    assertTrue(
        range < 0 || range > NEAR,
        () -> "the names of histories are random, but those of " + names.size() + " are " + names);
  }

  @Test
  @Rule("VER-5")
  void versionsTellsTheFirstAndTheLastThatIsHeld() {
    Versions empty = backend().versions();
    assertEquals(new Versions(empty.serverVersion(), 1, 0), empty);
    putEach("t", "1", "2");
    assertEquals(new Versions(empty.serverVersion(), 1, 2), backend().versions());
    pass(span());
    backend().trim(put(delete("t", "1")).get(0).modifiedAt());
    assertEquals(new Versions(empty.serverVersion(), 3, 3), backend().versions());
    pass(span());
    backend().trim(now());
    assertEquals(new Versions(empty.serverVersion(), 4, 3), backend().versions());
  }

  @Test
  @Rule("VER-8")
  @Needs(Capability.DURABLE)
  void aCopyOfItsDirectoryBeginsANewHistory() throws IOException {
    putEach("t", "1", "2");
    backend().close();
    assumeTrue(bench.copy(0, 1), "it keeps nothing in the directory that it is given");
    Versions original = reopen().versions();
    Backend copy = bench.open(1, bench.context());
    try (Snapshot snapshot = copy.snapshot(Selection.all())) {
      assertEquals(2, all(snapshot).size(), "a copy holds the records of the original");
    }
    assertNotEquals(
        original.serverVersion(),
        copy.versions().serverVersion(),
        "a copy continues under the server version of the original");
    failsWith(HistoryReplacedException.class, () -> copy.changes(original.end(), null));
    long begun = copy.versions().serverVersion();
    copy.close();
    assertEquals(
        begun,
        bench.open(1, bench.context()).versions().serverVersion(),
        "a second open of a copy begins yet another history");
  }

  @Test
  @Rule("VER-7")
  @Needs(Capability.DURABLE)
  void aReopenGoesOnWithTheSameHistory() {
    putEach("t", "1", "2");
    put(delete("t", "2"));
    Versions before = backend().versions();
    reopen();
    assertEquals(before, backend().versions());
    assertEquals(4, put("t", "3").version());
    reopen();
    assertEquals(
        new Versions(before.serverVersion(), 1, 4), backend().versions(), "after two reopens");
  }

  @Test
  @Rule("VER-7")
  @Needs(Capability.DURABLE)
  void aReopenGoesOnBehindATrimAndAClear() {
    putEach("t", "1", "2", "3");
    pass(span());
    backend().trim(now());
    Versions trimmed = backend().versions();
    reopen();
    assertEquals(trimmed, backend().versions());
    backend().clear();
    Versions cleared = backend().versions();
    reopen();
    assertEquals(cleared, backend().versions());
    assertEquals(4, put("t", "4").version());
  }
}

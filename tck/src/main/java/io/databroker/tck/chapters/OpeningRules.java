package io.databroker.tck.chapters;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.databroker.api.Backend;
import io.databroker.api.Bytes;
import io.databroker.api.Capability;
import io.databroker.api.ChangeFeed;
import io.databroker.api.Checkpoint;
import io.databroker.api.FieldValue;
import io.databroker.api.Lease;
import io.databroker.api.OpenFailedException;
import io.databroker.api.Selection;
import io.databroker.api.Snapshot;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Versions;
import io.databroker.api.Write;
import io.databroker.tck.contract.Lacks;
import io.databroker.tck.contract.Needs;
import io.databroker.tck.contract.Rule;
import io.databroker.tck.engine.Signal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/**
 * Opening, and the meaning of capabilities.
 *
 * <p><b>Thread-safety:</b> none; JUnit uses each instance on one thread.
 */
abstract class OpeningRules extends Chapter {
  private static final int IN_SNAPSHOT = 3;

  OpeningRules() {}

  @Test
  @Rule("OPEN-2")
  void twoBackendsInTwoPlacesShareNothing() {
    Backend other = bench.open(1, bench.context());
    assertNotEquals(backend().versions().serverVersion(), other.versions().serverVersion());
    capacity("t", 5);
    put("t", "1");
    backend().setCheckpoint(new Checkpoint(1, 1));
    assertNotNull(backend().acquireLease("a", Duration.ofHours(1)));
    assertNull(other.get("t", "1"));
    assertEquals(List.of(), other.listTypes());
    assertEquals(Map.of(), other.options());
    assertEquals(0, other.versions().latest());
    assertEquals(Checkpoint.NONE, other.checkpoint());
    assertNotNull(other.acquireLease("a", Duration.ofHours(1)));
    other.close();
    put("t", "2");
    backend().clear();
  }

  @Test
  @Rule("OPEN-1")
  void theProviderDescribesItself() {
    assertFalse(bench.provider().name().isBlank());
    assertFalse(bench.provider().version().isBlank());
    assertEquals(bench.capabilities(), bench.capabilities());
    assertEquals(bench.limits(), bench.limits());
    assertTrue(
        bench.provider().settings().stream().map(Object::toString).distinct().count()
            == bench.provider().settings().size(),
        "each setting has a name of its own");
  }

  @Test
  @Rule("CAPA-1")
  @Needs(Capability.DURABLE)
  void everythingAcknowledgedIsThereAfterAReopen() {
    TypeOptions options = new TypeOptions(3L, Duration.ofDays(1), List.of("colour"));
    backend().setOptions("t", options);
    backend().setOptions("gone", options);
    backend().setOptions("gone", TypeOptions.NONE);
    put(write("t", "1", "colour=red"), write("t", "2", ""), write("u", "1", ""));
    put(write("t", "3", ""), write("t", "4", ""), write("t", "1", "colour=blue"));
    put(delete("u", "1"), write("v", "1", ""));
    backend().setCheckpoint(new Checkpoint(-5, 6));
    Lease lease = acquired("a", Duration.ofHours(1));
    Versions versions = backend().versions();
    Set<StoredRecord> records = records(Selection.all());
    List<List<StoredRecord>> batches =
        feed(versions.begin(), null).stream().map(changes -> changes.records()).toList();
    for (int i = 0; i < 2; i++) {
      reopen();
      assertEquals(versions, backend().versions());
      assertEquals(records, records(Selection.all()));
      assertEquals(List.of("t", "v"), backend().listTypes());
      assertEquals(Map.of("t", options), backend().options());
      assertEquals(
          batches,
          feed(versions.begin(), null).stream().map(changes -> changes.records()).toList());
      assertEquals(new Checkpoint(-5, 6), backend().checkpoint());
      assertNotNull(backend().renewLease("a", lease.token(), Duration.ofHours(1)));
    }
    putEach("t", "5");
    assertEquals(setOf("4", "1", "5"), ids("t"), "the order of writing and the capacity");
  }

  @Test
  @Rule("CAPA-1")
  @Needs(Capability.SHARED)
  void openHandlesSeeOneStore() {
    Backend other = secondHandle();
    StoredRecord mine = put("t", "1");
    assertEquals(mine, other.get("t", "1"));
    assertEquals(backend().versions(), other.versions());
    try (ChangeFeed feed = other.changes(other.versions().end(), null)) {
      Signal signal = waitOn(feed);
      StoredRecord second = put("t", "2");
      signal.await("the signal of a write through another handle");
      assertEquals(List.of(second), next(feed).records());
    }
    List<StoredRecord> theirs = other.put(List.of(write("u", "1", "")).subList(0, 1)).records();
    assertEquals(theirs.get(0), backend().get("u", "1"));
    assertEquals(3, theirs.get(0).version());
    other.setOptions("t", TypeOptions.NONE.withCapacity(1));
    assertEquals(setOf("2"), ids("t"));
    other.close();
    assertEquals(List.of("t", "u"), backend().listTypes());
    put("t", "3");
  }

  @Test
  @Rule("CAPA-1")
  @Needs(Capability.TURNABLE_CLOCK)
  void theInjectedClockIsObeyed() {
    Instant time = Instant.parse("2031-05-05T05:05:05.000005Z");
    bench.clock.set(time);
    assertEquals(time, put("t", "1").modifiedAt());
    assertEquals(time.plusSeconds(60), acquired("a", Duration.ofMinutes(1)).expiresAt());
    backend().setOptions("t", TypeOptions.NONE.withTtl(Duration.ofDays(300)));
    bench.clock.set(time.plus(Duration.ofDays(301)));
    assertEquals(1, backend().expire());
    assertNotNull(backend().acquireLease("a", Duration.ofMinutes(1)));
  }

  @Test
  @Rule("CAPA-2")
  @Lacks(Capability.DURABLE)
  void withoutDurableAReopenIsEmpty() {
    capacity("t", 5);
    put("t", "1");
    backend().setCheckpoint(new Checkpoint(1, 1));
    long before = backend().versions().serverVersion();
    reopen();
    assertNotEquals(before, backend().versions().serverVersion());
    assertEquals(new Versions(end().serverVersion(), 1, 0), backend().versions());
    assertEquals(List.of(), backend().listTypes());
    assertNull(backend().get("t", "1"));
    assertEquals(Map.of(), backend().options());
    assertEquals(Checkpoint.NONE, backend().checkpoint());
  }

  @Test
  @Rule("CAPA-2")
  @Lacks(Capability.SHARED)
  void withoutSharedASecondOpenFailsOrIsAnotherStore() {
    put("t", "1");
    List<Backend> second = new ArrayList<>();
    try {
      second.add(secondHandle());
    } catch (OpenFailedException permitted) {
      assertNotNull(permitted.getMessage());
    }
    for (Backend other : second) {
      assertNull(other.get("t", "1"));
      assertNotEquals(end().serverVersion(), other.versions().serverVersion());
      other.close();
    }
    put("t", "2");
    assertEquals(setOf("1", "2"), ids("t"));
  }

  @Test
  @Rule("CAPA-3")
  @Needs(Capability.IMMEDIATE_READS)
  void immediateReadsDoNotWaitForAWriter() {
    try (HeldWrite held = new HeldWrite(bench)) {
      Backend backend = held.backend();
      inTime("a get while a write runs", () -> backend.get("t", "1"));
      inTime("a list of types while a write runs", backend::listTypes);
      inTime("versions while a write runs", backend::versions);
      inTime("options while a write runs", backend::options);
      inTime("a checkpoint while a write runs", backend::checkpoint);
      inTime("a look-up while a write runs", () -> lookUp(backend));
      inTime("the poll of a feed while a write runs", () -> pollOnce(backend));
    }
  }

  private static void lookUp(Backend backend) {
    try (Snapshot found = backend.snapshot(Selection.where("t", new FieldValue("colour", "red")))) {
      assertFalse(found.records().hasNext());
    }
  }

  private static void pollOnce(Backend backend) {
    try (ChangeFeed feed = backend.changes(backend.versions().end(), null)) {
      assertNull(feed.poll());
    }
  }

  @Test
  @Rule("CAPA-4")
  @Needs(Capability.IMMEDIATE_LEASES)
  void immediateLeasesDoNotWaitForAWriter() {
    try (HeldWrite held = new HeldWrite(bench)) {
      inTime("a lease while a write runs", () -> cycle(held.backend()));
    }
  }

  @Test
  @Rule("CAPA-5")
  @Needs(Capability.IMMEDIATE_SNAPSHOTS)
  void iteratorsOfImmediateSnapshotsDoNotWaitForAWriter() {
    List<Iterator<StoredRecord>> opened = new ArrayList<>();
    Consumer<Backend> snapshot =
        backend -> {
          for (int i = 0; i < IN_SNAPSHOT; i++) {
            backend.put(List.of(Write.put("s", Integer.toString(i), Bytes.EMPTY)));
          }
          opened.add(backend.snapshot(Selection.all()).records());
        };
    HeldWrite held = new HeldWrite(bench, snapshot);
    try {
      inTime("the iterator of a snapshot while a write runs", () -> readAll(opened.get(0)));
    } finally {
      held.close();
    }
  }

  private static void readAll(Iterator<StoredRecord> records) {
    int read = 0;
    while (records.hasNext()) {
      records.next();
      read++;
    }
    assertEquals(IN_SNAPSHOT, read);
  }

  private static void cycle(Backend backend) {
    Lease lease = backend.acquireLease("a", Duration.ofHours(1));
    assertNotNull(lease);
    assertNotNull(backend.renewLease("a", lease.token(), Duration.ofHours(1)));
    assertTrue(backend.releaseLease("a", lease.token()));
  }
}

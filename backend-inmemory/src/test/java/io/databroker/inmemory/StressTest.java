package io.databroker.inmemory;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.api.BackendContext;
import io.databroker.api.BlockingFeed;
import io.databroker.api.Bytes;
import io.databroker.api.ChangeFeed;
import io.databroker.api.Changes;
import io.databroker.api.FieldExtractor;
import io.databroker.api.FieldValue;
import io.databroker.api.HistoryReplacedException;
import io.databroker.api.HistoryTrimmedException;
import io.databroker.api.Position;
import io.databroker.api.Selection;
import io.databroker.api.Snapshot;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;

/**
 * Runs all operations at once, with readers that check their answers exactly. Each batch writes the
 * same number to all keys of a group, or deletes all of them, so the types of a group appear and
 * disappear together. {@code -Dstress.seconds=600} runs longer.
 */
class StressTest {
  private static final int SECONDS = Integer.getInteger("stress.seconds", 3);
  private static final int GROUPS = 4;
  private static final List<String> PARTS = List.of("x", "y", "z");
  private static final int CAPACITY = 16;

  private static final FieldExtractor NUMBER =
      new FieldExtractor() {
        @Override
        public String fingerprint() {
          return "number";
        }

        @Override
        public Map<String, String> extract(String type, Bytes payload, List<String> fields) {
          return Map.of("number", payload.toUtf8());
        }
      };

  private final AtomicInteger clock = new AtomicInteger();
  private final InMemoryBackend backend =
      new InMemoryBackend(
          BackendContext.standard()
              .withClock(() -> Instant.ofEpochSecond(0, 1_000L * clock.incrementAndGet()))
              .withExtractor(NUMBER));
  private final CountDownLatch start = new CountDownLatch(1);
  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private final LongAdder batches = new LongAdder();
  private final LongAdder checks = new LongAdder();
  private final LongAdder overlaps = new LongAdder();
  private final LongAdder told = new LongAdder();
  private final LongAdder restarts = new LongAdder();
  private volatile boolean stopped;

  private interface Step {
    void run(SplittableRandom random) throws Exception;
  }

  @Test
  void nobodyEverSeesHalfOfAnything() throws InterruptedException {
    long seed = System.nanoTime();
    backend.setOptions("capped", TypeOptions.NONE.withCapacity(CAPACITY));
    List<Thread> threads = new ArrayList<>();
    threads.add(worker(seed, this::write));
    threads.add(worker(seed + 1, this::write));
    threads.add(worker(seed + 2, this::writeCapped));
    threads.add(worker(seed + 3, this::readKeys));
    threads.add(worker(seed + 4, this::readTypes));
    threads.add(worker(seed + 5, this::readAll));
    threads.add(worker(seed + 6, this::readOneType));
    threads.add(worker(seed + 7, this::lookUp));
    threads.add(worker(seed + 8, random -> follow(null)));
    threads.add(worker(seed + 9, random -> follow("g1x")));
    threads.add(worker(seed + 10, this::disturb));
    threads.forEach(Thread::start);
    start.countDown();
    TimeUnit.SECONDS.sleep(SECONDS); // how long to run, not what to wait for
    stopped = true;
    backend.close();
    for (Thread thread : threads) {
      thread.join(30_000);
      assertThat(thread.isAlive()).as(thread.getName()).isFalse();
    }
    System.out.printf(
        "stress: seed %d, %s batches, %s checks, %s with writes in between, %s changes told, %s restarts%n",
        seed, batches, checks, overlaps, told, restarts);
    failures.forEach(Throwable::printStackTrace);
    assertThat(failures).isEmpty();
    assertThat(overlaps.sum()).as("reads that writes really overlapped").isPositive();
    assertThat(told.sum()).isPositive();
  }

  private Thread worker(long seed, Step step) {
    SplittableRandom random = new SplittableRandom(seed);
    return new Thread(
        () -> {
          try {
            start.await();
            while (!stopped) {
              step.run(random);
            }
          } catch (Throwable thrown) {
            if (!(stopped && thrown instanceof io.databroker.api.ClosedException)) {
              failures.add(thrown);
              stopped = true;
            }
          }
        });
  }

  /** Writes the same number to all keys of a group, or deletes all of them. */
  private void write(SplittableRandom random) {
    int group = random.nextInt(GROUPS);
    Bytes number = Bytes.utf8(Integer.toString(random.nextInt(1_000)));
    boolean delete = random.nextInt(3) == 0;
    List<Write> writes = new ArrayList<>();
    for (String part : PARTS) {
      String type = "g" + group + part;
      if (random.nextInt(8) == 0) {
        writes.add(Write.put(type, "k", Bytes.utf8("overtaken")));
      }
      writes.add(delete ? Write.delete(type, "k") : Write.put(type, "k", number));
    }
    backend.put(writes);
    batches.increment();
  }

  private void writeCapped(SplittableRandom random) {
    List<Write> writes = new ArrayList<>();
    for (int i = random.nextInt(6); i >= 0; i--) {
      writes.add(Write.put("capped", "c" + random.nextInt(40), Bytes.utf8("5")));
    }
    backend.put(writes);
    batches.increment();
  }

  private void checked(long before) {
    checks.increment();
    if (backend.versions().latest() != before) {
      overlaps.increment();
    }
  }

  private void readKeys(SplittableRandom random) {
    long before = backend.versions().latest();
    String type = "g" + random.nextInt(GROUPS) + PARTS.get(random.nextInt(PARTS.size()));
    StoredRecord first = backend.get(type, "k");
    StoredRecord second = backend.get(type, "k");
    if (first != null) {
      check(!first.deleted() && !first.payload().toUtf8().equals("overtaken"), first);
      check(first.version() <= backend.versions().latest(), first);
    }
    if (first != null && second != null && backend.versions().serverVersion() != 0) {
      check(second.version() >= first.version(), List.of(first, second));
    }
    checked(before);
  }

  private void readTypes(SplittableRandom random) {
    long before = backend.versions().latest();
    checkWhole(backend.listTypes());
    checked(before);
  }

  private static void checkWhole(List<String> types) {
    Set<String> present = new HashSet<>(types);
    check(present.size() == types.size(), types);
    for (int group = 0; group < GROUPS; group++) {
      int found = 0;
      for (String part : PARTS) {
        found += present.contains("g" + group + part) ? 1 : 0;
      }
      check(found == 0 || found == PARTS.size(), types);
    }
  }

  private void readAll(SplittableRandom random) {
    long before = backend.versions().latest();
    try (Snapshot snapshot = backend.snapshot(Selection.all())) {
      Map<String, StoredRecord> seen = new HashMap<>();
      snapshot.records().forEachRemaining(r -> check(seen.put(key(r), r) == null, r));
      Map<String, String> numbers = new HashMap<>();
      List<String> types = new ArrayList<>();
      int capped = 0;
      for (StoredRecord record : seen.values()) {
        check(record.version() <= snapshot.position().version() && !record.deleted(), record);
        if (record.type().equals("capped")) {
          capped++;
        } else {
          types.add(record.type());
          String group = record.type().substring(0, 2);
          String number = record.payload().toUtf8();
          check(number.equals(numbers.getOrDefault(group, number)), seen);
          numbers.put(group, number);
        }
      }
      checkWhole(types);
      if (snapshot.options().containsKey("capped")) {
        check(capped <= CAPACITY, seen);
      }
      replay(seen, snapshot.position());
    }
    checked(before);
  }

  /** Follows the feed from one snapshot to the next and compares the records. */
  private void replay(Map<String, StoredRecord> records, Position from) {
    try (ChangeFeed feed = backend.changes(from, null);
        Snapshot later = backend.snapshot(Selection.all())) {
      long end = later.position().version();
      if (later.position().serverVersion() != from.serverVersion()) {
        return;
      }
      long at = from.version();
      while (at < end) {
        Changes changes = feed.poll();
        for (StoredRecord change : changes.records()) {
          check(change.version() == ++at, change);
          if (change.deleted()) {
            check(records.remove(key(change)) != null, change);
          } else {
            records.put(key(change), change);
          }
        }
        check(changes.position().version() == at, changes);
      }
      Map<String, StoredRecord> seen = new HashMap<>();
      later.records().forEachRemaining(r -> seen.put(key(r), r));
      check(at == end && seen.equals(records), List.of(seen, records));
    } catch (HistoryTrimmedException | HistoryReplacedException e) {
      restarts.increment();
    }
  }

  private static String key(StoredRecord record) {
    return record.type() + "/" + record.id();
  }

  private void readOneType(SplittableRandom random) {
    long before = backend.versions().latest();
    String type = random.nextBoolean() ? "capped" : "g" + random.nextInt(GROUPS) + "y";
    Set<String> ids = new HashSet<>();
    try (Snapshot snapshot = backend.snapshot(Selection.ofType(type))) {
      snapshot
          .records()
          .forEachRemaining(
              r -> {
                check(r.type().equals(type) && ids.add(r.id()) && !r.deleted(), r);
                check(r.version() <= snapshot.position().version(), r);
              });
    }
    checked(before);
  }

  private void lookUp(SplittableRandom random) {
    long before = backend.versions().latest();
    try (Snapshot snapshot =
        backend.snapshot(Selection.where("capped", new FieldValue("number", "5")))) {
      int[] found = {0};
      snapshot.records().forEachRemaining(r -> found[0] += r.deleted() ? 1_000 : 1);
      // All records of the type have that number, and none is missing once the type is full.
      check(found[0] <= CAPACITY || !snapshot.options().containsKey("capped"), found[0]);
      TypeOptions options = snapshot.options().get("capped");
      if (options != null && options.indexedFields().contains("number")) {
        try (Snapshot all = backend.snapshot(Selection.ofType("capped"))) {
          int[] live = {0};
          all.records().forEachRemaining(r -> live[0]++);
          if (all.position().equals(snapshot.position())
              && all.options().equals(snapshot.options())) {
            check(live[0] == found[0], List.of(live[0], found[0]));
          }
        }
      } else {
        check(found[0] == 0, found[0]);
      }
    }
    checked(before);
  }

  /** A follower that waits gets everything once and in order, batch by batch. */
  private void follow(String type) throws InterruptedException {
    Position from = backend.versions().end();
    try (BlockingFeed feed = new BlockingFeed(backend.changes(from, type))) {
      long at = from.version();
      while (!stopped) {
        Changes changes = feed.next(Duration.ofMillis(100));
        if (changes == null) {
          continue;
        }
        for (StoredRecord change : changes.records()) {
          check(type == null ? change.version() == at + 1 : change.version() > at, change);
          check(type == null || change.type().equals(type), change);
          at = change.version();
          told.increment();
        }
        check(changes.position().version() >= at, changes);
        at = changes.position().version();
      }
    } catch (HistoryTrimmedException | HistoryReplacedException e) {
      restarts.increment();
    }
  }

  private void disturb(SplittableRandom random) throws InterruptedException {
    switch (random.nextInt(40)) {
      case 0 -> {
        backend.clear();
      }
      case 1, 2 -> backend.setOptions("capped", TypeOptions.NONE.withCapacity(CAPACITY));
      case 3, 4, 5 ->
          backend.setOptions(
              "capped", TypeOptions.NONE.withCapacity(CAPACITY).withIndexedFields("number"));
      case 6 -> backend.setOptions("capped", TypeOptions.NONE);
      default ->
          backend.trim(Instant.ofEpochSecond(0, 1_000L * (clock.get() - random.nextInt(200))));
    }
    TimeUnit.MICROSECONDS.sleep(random.nextInt(500)); // leaves the other threads time
  }

  private static void check(boolean holds, Object shown) {
    if (!holds) {
      throw new AssertionError("violated by " + shown);
    }
  }
}

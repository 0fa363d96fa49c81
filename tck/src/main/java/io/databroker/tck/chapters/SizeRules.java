package io.databroker.tck.chapters;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.databroker.api.Bytes;
import io.databroker.api.Capability;
import io.databroker.api.ChangeFeed;
import io.databroker.api.Condition;
import io.databroker.api.ConditionFailedException;
import io.databroker.api.FieldValue;
import io.databroker.api.Position;
import io.databroker.api.Selection;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Versions;
import io.databroker.api.Write;
import io.databroker.tck.contract.Rule;
import io.databroker.tck.engine.Haste;
import io.databroker.tck.engine.Heap;
import io.databroker.tck.engine.Violation;
import io.databroker.tck.text.Texts;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Rules that hold for any number of items, tested with numbers for which a backend may need a
 * second step.
 *
 * <p><b>Thread-safety:</b> none; JUnit uses each instance on one thread.
 */
abstract class SizeRules extends Chapter {
  private static final int THOUSANDS = 5_000;
  private static final int WIDEST = 1_000;
  private static final int MEGABYTE = 1 << 20;
  private static final int MEGABYTES = 32;

  /** Time for single writes: a slow backend makes fewer. */
  private static final long LONGEST_NANOS = 3_000_000_000L;

  SizeRules() {}

  private int widest() {
    return Math.min(WIDEST, bench.limits().batchRecords());
  }

  /** Puts that many records of a type, in the widest batches. */
  private void fill(String type, int records) {
    for (int from = 0; from < records; from += widest()) {
      put(
          IntStream.range(from, Math.min(records, from + widest()))
              .mapToObj(i -> write(type, "id" + i, "payload " + i))
              .toList());
    }
  }

  @Test
  @Rule({"PUT-5", "PUT-4"})
  void aConditionIsJudgedAnywhereInWideBatches() {
    put("t", "there");
    Versions before = backend().versions();
    int last = widest() - 1;
    for (int place : new int[] {0, 1, 63, 64, 65, 255, 256, 511, 512, 513, 700, last}) {
      if (place > last) {
        continue;
      }
      for (Write failing :
          List.of(
              write("t", "there", "").when(Condition.ABSENT),
              write("t", "not there", "").when(Condition.version(1)))) {
        List<Write> batch = batch(last + 1, i -> write("t", "id" + i, ""));
        batch.set(place, failing);
        ConditionFailedException error =
            failsWith(ConditionFailedException.class, () -> backend().put(batch));
        assertEquals(place, error.index(), "the place of the write whose condition fails");
        assertEquals(failing.id(), error.recordId());
        assertEquals(before, backend().versions(), "nothing of the batch is applied");
      }
    }
  }

  @Test
  @Rule({"PUT-5"})
  void ofAllConditionsThatFailTheFirstIsNamed() {
    put("t", "there");
    Write absent = write("t", "there", "").when(Condition.ABSENT);
    Write version = write("t", "there", "").when(Condition.version(77));
    Write deleted = delete("t", "not there").when(Condition.version(1));
    for (List<Write> failing :
        List.of(
            List.of(absent, version, deleted),
            List.of(version, deleted, absent),
            List.of(deleted, absent, version))) {
      for (int before : new int[] {0, 1, 3}) {
        List<Write> batch = batch(before, i -> write("t", "z" + i, ""));
        batch.addAll(failing);
        ConditionFailedException error =
            failsWith(ConditionFailedException.class, () -> backend().put(batch));
        assertEquals(before, error.index());
        assertEquals(failing.get(0).condition(), error.expected());
        assertEquals(failing.get(0).id(), error.recordId());
      }
    }
  }

  @Test
  @Rule("PUT-12")
  void allWritesOfWideBatchesHaveOneTimeWhileTheClockRuns() {
    bench.clock.runWithEachReading(has(Capability.TURNABLE_CLOCK));
    capacity("small", 10);
    List<Write> batch = batch(widest(), i -> write(i % 3 == 0 ? "small" : "t", "id" + i, ""));
    batch.set(0, write("t", "id" + (widest() - 1), "")); // one key is written again at the end
    Instant start = now();
    Set<Instant> times = new HashSet<>();
    put(batch).forEach(record -> times.add(record.modifiedAt()));
    changes(begin()).forEach(change -> times.add(change.modifiedAt()));
    assertEquals(1, times.size(), () -> "one batch has the times " + times);
    if (has(Capability.TURNABLE_CLOCK)) {
      Instant time = times.iterator().next();
      assertTrue(
          !time.isBefore(start) && !time.isAfter(bench.now()),
          () -> time + " is not an instant of the call, which began at " + start);
    }
  }

  @Test
  @Rule("FEED-2")
  void theWidestBatchIsOneAnswer() {
    Position begin = end();
    List<StoredRecord> stored =
        put(batch(widest(), i -> write(i % 2 == 0 ? "t" : "u", "id" + i, "")));
    List<StoredRecord> ofType = stored.stream().filter(it -> it.type().equals("t")).toList();
    assertEquals(stored, feed(begin, null).get(0).records());
    assertEquals(ofType, feed(begin, "t").get(0).records());
    Position inside = new Position(begin.serverVersion(), begin.version() + widest() / 2);
    assertEquals(stored.subList(widest() / 2, widest()), feed(inside, null).get(0).records());
  }

  @Test
  @Rule("FEED-1")
  void theFeedHoldsThousandsOfBatches() {
    Position begin = end();
    long start = System.nanoTime();
    int batches = 0;
    while (batches < THOUSANDS && System.nanoTime() - start < LONGEST_NANOS) {
      put("t" + batches % 3, "id" + batches % 50);
      batches++;
    }
    List<StoredRecord> told = changes(begin);
    assertEquals(batches, told.size());
    for (int i = 0; i < batches; i++) {
      assertEquals(begin.version() + i + 1, told.get(i).version());
    }
    int ofType = (batches + 2) / 3;
    assertEquals(ofType, records(feed(begin, "t0")).size());
  }

  @Test
  @Rule("TTL-1")
  void thousandsExpireInOneCall() {
    backend().setOptions("t", TypeOptions.NONE.withTtl(span()));
    fill("t", THOUSANDS);
    pass(span().multipliedBy(2));
    Haste young = bench.haste(span());
    put("t", "young");
    long expired = backend().expire();
    young.check();
    assertEquals(THOUSANDS, expired);
    assertEquals(setOf("young"), ids("t"));
    assertEquals(2L * THOUSANDS + 1, backend().versions().latest());
  }

  @Test
  @Rule("CAP-5")
  void aLowerCapacityEvictsThousandsBeforeItReturns() {
    fill("t", THOUSANDS);
    capacity("t", 3);
    assertEquals(
        setOf("id" + (THOUSANDS - 3), "id" + (THOUSANDS - 2), "id" + (THOUSANDS - 1)), ids("t"));
    assertEquals(2L * THOUSANDS - 3, backend().versions().latest());
  }

  @Test
  @Rule("TRIM-1")
  void aTrimRemovesThousandsAndAnswersHowMany() {
    fill("t", THOUSANDS);
    pass(span());
    Instant between = now();
    pass(span());
    put("t", "young");
    assertEquals(THOUSANDS, backend().trim(between));
    assertEquals(THOUSANDS + 1, backend().versions().earliest());
    assertEquals(1, changes(begin()).size());
  }

  @Test
  @Rule("LIMIT-1")
  void aTypeMayHaveManyIndexedFields() {
    int count = 130;
    String[] fields = new String[count];
    StringBuilder payload = new StringBuilder();
    for (int i = 0; i < count; i++) {
      fields[i] = "field" + i;
      payload.append(i == 0 ? "" : ";").append(fields[i]).append('=').append(i % 7);
    }
    TypeOptions options = TypeOptions.NONE.withIndexedFields(fields);
    backend().setOptions("t", options);
    StoredRecord stored = put(write("t", "1", payload.toString())).get(0);
    assertEquals(options, backend().options().get("t"));
    for (int i = 0; i < count; i++) {
      FieldValue term = new FieldValue(fields[i], Integer.toString(i % 7));
      assertEquals(Set.of(stored), records(Selection.where("t", term)), fields[i]);
    }
  }

  @Test
  @Rule({"PUT-3", "LIMIT-1"})
  void oneKeyMayFillWideBatches() {
    List<StoredRecord> stored =
        put(
            batch(
                widest(),
                i -> i % 10 == 9 ? delete("t", "one") : write("t", "one", "payload " + i % 5)));
    for (int i = 0; i < widest(); i++) {
      assertEquals(i + 1, stored.get(i).version());
    }
    assertEquals(widest() % 10 == 0 ? null : stored.get(widest() - 1), backend().get("t", "one"));
    assertEquals(stored, changes(begin()));
  }

  @Test
  @Rule("FEED-10")
  void feedsThatNobodyReadsHoldNoChanges() {
    long alone = heapAfterWriting(0);
    List<ChangeFeed> feeds = new ArrayList<>();
    for (String type : new String[] {null, "t", "quiet"}) {
      ChangeFeed feed = backend().changes(end(), type);
      assertNull(feed.poll());
      feeds.add(feed);
    }
    ChangeFeed waiting = backend().changes(end(), "quiet");
    assertNull(waiting.poll());
    waiting.onReady(() -> {});
    feeds.add(waiting);
    long beside = heapAfterWriting(1);
    feeds.forEach(ChangeFeed::close);
    String seen =
        Texts.format(
            "after %d MiB were written, deleted and trimmed, the heap held %d bytes without feeds"
                + " and %d with four that nobody reads",
            MEGABYTES, alone, beside);
    bench.report("heap", seen);
    if (beside - alone > (long) MEGABYTES * MEGABYTE / 2) {
      throw Violation.of("FEED-10", bench.tuning, "Seen: " + seen);
    }
  }

  /**
   * Writes one record many times, deletes it, and trims all of that; returns the bytes in the heap.
   */
  private long heapAfterWriting(int turn) {
    byte[] content = new byte[Math.min(MEGABYTE, bench.limits().payloadBytes())];
    for (int i = 0; i < MEGABYTES; i++) {
      content[i] = (byte) (i + turn);
      backend().put(List.of(Write.put("t", "large", Bytes.copyOf(content))));
    }
    put(delete("t", "large"));
    pass(span().plus(Duration.ofMillis(1)));
    backend().trim(now());
    return Heap.used();
  }
}

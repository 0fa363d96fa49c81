package io.databroker.tck.chapters;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.databroker.api.Bytes;
import io.databroker.api.FieldValue;
import io.databroker.api.LimitExceededException;
import io.databroker.api.Limits;
import io.databroker.api.Selection;
import io.databroker.api.StorageFullException;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Versions;
import io.databroker.api.Write;
import io.databroker.tck.contract.Rule;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.opentest4j.TestAbortedException;

/**
 * Limits.
 *
 * <p><b>Thread-safety:</b> none; JUnit uses each instance on one thread.
 */
abstract class LimitRules extends Chapter {
  /** Largest size that the kit tries if a backend declares a larger limit. */
  private static final int TRIED = 4 << 20;

  /** A batch may always delete records whose last payloads take that many bytes together. */
  private static final int DELETED = 64 << 20;

  /** Time for writing the records to delete: the rule is not tested on a slower backend. */
  private static final long LONGEST_NANOS = 2_000_000_000L;

  LimitRules() {}

  private static Bytes bytes(int size) {
    byte[] content = new byte[size];
    for (int i = 0; i < size; i += 97) {
      content[i] = (byte) i;
    }
    return Bytes.copyOf(content);
  }

  @Test
  @Rule("LIMIT-1")
  void theLimitsAreNoLessThanTheFloor() {
    assertTrue(bench.limits().meetsFloor(), () -> bench.limits() + " meets " + Limits.FLOOR);
  }

  @Test
  @Rule("LIMIT-1")
  void whatIsWithinTheLimitsIsAccepted() {
    Limits limits = bench.limits();
    List<String> texts = List.of("x", "\u00e9", "\u20ac", "\ud83d\ude00");
    for (String character : texts) {
      int width = Bytes.utf8(character).size();
      String type = character.repeat(Math.min(TRIED, limits.typeBytes()) / width);
      String id = character.repeat(Math.min(TRIED, limits.idBytes()) / width);
      StoredRecord stored = put(write(type, id, character)).get(0);
      assertEquals(stored, backend().get(type, id));
      assertEquals(Set.of(stored), records(Selection.ofType(type)));
      backend().setOptions(type, TypeOptions.NONE.withIndexedFields(id).withCapacity(5));
      assertEquals(Set.of(), records(Selection.where(type, new FieldValue(id, "v"))));
      assertNotNull(backend().acquireLease(id, span()));
    }
    assertEquals(texts.size(), backend().listTypes().size());
    assertEquals(texts.size(), changes(begin()).size());
  }

  @Test
  @Rule("LIMIT-1")
  void theLargestPayloadIsAccepted() {
    Bytes largest = bytes(Math.min(TRIED, bench.limits().payloadBytes()));
    backend().put(List.of(Write.put("t", "1", largest)));
    assertEquals(largest, found("t", "1").payload());
    assertEquals(largest, changes(begin()).get(0).payload());
    put(delete("t", "1"));
    assertEquals(largest, changes(begin()).get(1).payload());
  }

  @Test
  @Rule("LIMIT-1")
  void theLargestBatchIsAccepted() {
    Limits limits = bench.limits();
    int records = Math.min(10_000, limits.batchRecords());
    int each = Math.min(TRIED, limits.batchBytes()) / records;
    List<Write> batch = batch(records, i -> Write.put("t" + i % 3, "" + i, bytes(each)));
    Set<StoredRecord> stored = new HashSet<>(put(batch));
    assertEquals(records, stored.size());
    assertEquals(stored, records(Selection.all()));
    assertEquals(1, feed(begin(), null).size());
  }

  @Test
  @Rule("LIMIT-2")
  void whatIsOverALimitIsRefusedBeforeAnythingChanges() {
    Limits limits = bench.limits();
    put("t", "1");
    Versions before = backend().versions();
    List<Executable> calls = new ArrayList<>();
    if (limits.typeBytes() < TRIED) {
      String type = "x".repeat(limits.typeBytes() + 1);
      String wide = "\u20ac".repeat(limits.typeBytes() / 3 + 1);
      calls.add(() -> put(write("t", "2", ""), write(type, "1", "")));
      calls.add(() -> put(write("t", "2", ""), write(wide, "1", "")));
      calls.add(() -> backend().setOptions(type, TypeOptions.NONE));
      calls.add(() -> backend().changes(before.begin(), type));
    }
    if (limits.idBytes() < TRIED) {
      String id = "x".repeat(limits.idBytes() + 1);
      calls.add(() -> put(write("t", "2", ""), write("t", id, "")));
      calls.add(() -> backend().acquireLease(id, span()));
      calls.add(() -> backend().setOptions("t", TypeOptions.NONE.withIndexedFields(id)));
    }
    if (limits.payloadBytes() < TRIED) {
      Write large = Write.put("t", "3", bytes(limits.payloadBytes() + 1));
      calls.add(() -> put(write("t", "2", ""), large));
    }
    if (limits.batchRecords() < TRIED) {
      List<Write> batch = batch(limits.batchRecords() + 1, i -> write("t", "b" + i, ""));
      calls.add(() -> backend().put(batch));
    }
    for (Executable call : calls) {
      LimitExceededException error = failsWith(LimitExceededException.class, call);
      assertTrue(error.actual() > error.limit());
    }
    assertEquals(before, backend().versions());
    assertEquals(setOf("1"), ids("t"));
  }

  @Test
  @Rule("LIMIT-3")
  void aBatchOfLargeDeletesIsRefusedWholeAndNotBelowTheLimit() {
    Limits limits = bench.limits();
    int each = Math.min(TRIED, Math.min(limits.payloadBytes(), limits.batchBytes()));
    int within = DELETED / each;
    List<Write> deletes = new ArrayList<>();
    Bytes payload = bytes(each);
    long start = System.nanoTime();
    for (int i = 0; i <= within; i++) {
      try {
        backend().put(List.of(Write.put("t", "" + i, payload)));
      } catch (StorageFullException full) {
        throw new TestAbortedException("not run: the storage has no room for 64 MiB");
      }
      deletes.add(delete("t", "" + i));
      if (System.nanoTime() - start > LONGEST_NANOS) {
        throw new TestAbortedException("not run: it takes too long to write 64 MiB");
      }
    }
    Versions before = backend().versions();
    try {
      deletes(deletes, payload);
    } catch (LimitExceededException refused) {
      assertTrue(refused.actual() > refused.limit(), refused.getMessage());
      assertEquals(before, backend().versions(), "after a batch that was refused");
      assertEquals(payload, found("t", "" + within).payload(), "after a batch that was refused");
      deletes(deletes.subList(0, within), payload);
    }
  }

  private void deletes(List<Write> batch, Bytes payload) {
    List<StoredRecord> deleted = put(batch);
    assertEquals(batch.size(), deleted.size());
    deleted.forEach(record -> assertEquals(payload, record.payload(), "the last payload"));
    batch.forEach(write -> assertNull(backend().get("t", write.id())));
  }
}

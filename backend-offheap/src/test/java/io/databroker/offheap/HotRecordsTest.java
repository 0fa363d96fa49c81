package io.databroker.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.api.Bytes;
import io.databroker.api.StoredRecord;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A copy never hides a write, whatever happens while a reader looks the record up. */
class HotRecordsTest {
  private static final long BYTES = 1 << 20;

  /** Source whose look-ups are counted and may be interrupted by a write. */
  private static final class Records implements HotRecords.Source {
    final Map<String, StoredRecord> live = new HashMap<>();
    long committed;
    int looks;
    Runnable afterLook = () -> {};

    @Override
    public StoredRecord look(String type, String id) {
      looks++;
      StoredRecord found = live.get(type + "/" + id);
      Runnable after = afterLook;
      afterLook = () -> {};
      after.run();
      return found;
    }

    @Override
    public long committed() {
      return committed;
    }
  }

  private final Records records = new Records();
  private HotRecords hot = new HotRecords(1, BYTES, 1);

  private static StoredRecord record(String id, long version, int size) {
    return new StoredRecord(
        "t", id, version, Bytes.copyOf(new byte[size]), Instant.ofEpochSecond(version), false);
  }

  private void install(String id, long version) {
    hot.written("t", id, version);
  }

  private void commit(String id, long version) {
    if (id != null) {
      records.live.put("t/" + id, record(id, version, 10));
    }
    records.committed = version;
  }

  private void write(String id, long version) {
    install(id, version);
    commit(id, version);
  }

  private long version(String id) {
    StoredRecord found = hot.get(records, "t", id);
    return found == null ? 0 : found.version();
  }

  @Test
  void aSecondReadNeedsNoLookUp() {
    write("a", 1);
    assertThat(version("a")).isEqualTo(1);
    assertThat(records.looks).isEqualTo(1);
    assertThat(hot.get(records, new String("t"), new String("a")).version()).isEqualTo(1);
    assertThat(records.looks).isEqualTo(1);
    assertThat(hot.get(records, "t2", "a")).isNull();
    assertThat(version("b")).as("another key of the slot").isZero();
  }

  @Test
  void aWriteEndsTheCopy() {
    write("a", 1);
    assertThat(version("a")).isEqualTo(1);
    write("a", 2);
    assertThat(version("a")).isEqualTo(2);
    write("b", 3);
    assertThat(version("a")).as("after a write of another key of the slot").isEqualTo(2);
    assertThat(version("b")).isEqualTo(3);
  }

  @Test
  void aWriteDuringALookUpLeavesNoOldCopy() {
    write("a", 1);
    records.afterLook = () -> write("a", 2);
    assertThat(version("a")).as("the read began before the write").isEqualTo(1);
    assertThat(version("a")).isEqualTo(2);
  }

  @Test
  void aWriteDuringTheFirstLookUpLeavesNoOldCopy() {
    commit("a", 1);
    records.afterLook = () -> write("a", 2);
    assertThat(version("a")).isEqualTo(1);
    assertThat(version("a")).isEqualTo(2);
  }

  @Test
  void aPendingWriteLeavesNoOldCopy() {
    write("a", 1);
    install("a", 2);
    assertThat(version("a")).as("not committed").isEqualTo(1);
    assertThat(version("a")).isEqualTo(1);
    assertThat(records.looks).as("no copy was made").isEqualTo(2);
    commit("a", 2);
    assertThat(version("a")).isEqualTo(2);
    assertThat(version("a")).isEqualTo(2);
    assertThat(records.looks).isEqualTo(3);
  }

  @Test
  void aWriteThatBecomesPendingDuringALookUpLeavesNoOldCopy() {
    write("a", 1);
    records.afterLook = () -> install("a", 2);
    assertThat(version("a")).isEqualTo(1);
    commit("a", 2);
    assertThat(version("a")).isEqualTo(2);
  }

  /** The commit covers the first batch only. */
  @Test
  void aSecondPendingWriteLeavesNoOldCopy() {
    write("a", 1);
    install("b", 2);
    install("a", 3);
    commit("b", 2);
    assertThat(version("a")).isEqualTo(1);
    commit("a", 3);
    assertThat(version("a")).isEqualTo(3);
  }

  /** During the look-up, the slot got another copy, which a write of another key removed. */
  @Test
  void aRemovalDuringALookUpIsNotTakenForAnUntouchedSlot() {
    commit("a", 1);
    records.afterLook =
        () -> {
          write("a", 2);
          assertThat(version("a")).isEqualTo(2);
          write("b", 3);
          assertThat(hot.bytes()).isZero();
        };
    assertThat(version("a")).isEqualTo(1);
    assertThat(version("a")).isEqualTo(2);
  }

  @Test
  void anAbsentRecordHasNoCopy() {
    assertThat(version("a")).isZero();
    write("a", 1);
    assertThat(version("a")).isEqualTo(1);
    install("a", 2);
    records.live.remove("t/a");
    records.committed = 2;
    assertThat(version("a")).isZero();
    assertThat(hot.bytes()).isZero();
    commit("a", 3); // a key that enters the index leaves no mark
    assertThat(version("a")).isEqualTo(3);
  }

  @Test
  void theCopiesKeepToTheirBytes() {
    hot = new HotRecords(256, 100_000, 1);
    Random random = new Random(1);
    IntStream.range(0, 1_000)
        .forEach(i -> records.live.put("t/" + i, record("" + i, 1, 1 + random.nextInt(900))));
    long most = 0;
    for (int i = 0; i < 20_000; i++) {
      String id = "" + random.nextInt(1_000);
      assertThat(hot.get(records, "t", id)).isSameAs(records.live.get("t/" + id));
      if (i % 7 == 0) {
        hot.written("t", "" + random.nextInt(1_000), 0);
      }
      most = Math.max(most, hot.bytes());
    }
    assertThat(most).isBetween(60_000L, 100_000L - 256 * 20);
    for (int i = 0; i < 1_000; i++) {
      hot.written("t", "" + i, 0);
    }
    assertThat(hot.bytes()).isZero();
  }

  @Test
  void aRecordThatWouldDisplaceManyHasNoCopy() {
    records.live.put("t/large", record("large", 1, (int) BYTES / 32));
    for (int i = 0; i < 3; i++) {
      assertThat(version("large")).isEqualTo(1);
    }
    assertThat(records.looks).isEqualTo(3);
    assertThat(hot.bytes()).isZero();
  }

  @Test
  void aRecordReadOnceDisplacesFewCopies() {
    hot = new HotRecords(BYTES);
    IntStream.range(0, 20_000).forEach(i -> records.live.put("t/" + i, record("" + i, 1, 10)));
    for (int i = 0; i < 20_000; i++) {
      version("" + i);
    }
    int misses = records.looks;
    for (int i = 0; i < 20_000; i++) {
      version("" + i);
    }
    int hits = 20_000 - (records.looks - misses);
    assertThat(hits)
        .as("of the copies that were made first, and some later")
        .isBetween(1_500, 4_096);
  }
}

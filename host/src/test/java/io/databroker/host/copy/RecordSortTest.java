package io.databroker.host.copy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.databroker.api.Bytes;
import io.databroker.api.StoredRecord;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordSortTest {
  @TempDir Path folder;

  @Test
  void recordsThatDoNotFitInMemoryComeInOrderAsOftenAsTheyAreRead() throws Exception {
    List<StoredRecord> records = new ArrayList<>();
    for (int i = 0; i < 5_000; i++) {
      Bytes payload = Bytes.utf8("x".repeat(i % 300));
      records.add(new StoredRecord("t", "" + i, i - 2_500, payload, Instant.EPOCH, false));
    }
    List<StoredRecord> shuffled = new ArrayList<>(records);
    Collections.shuffle(shuffled, new Random(1));
    records.sort(RecordSort.BY_VERSION);
    assertThat(records.get(0).version()).isZero(); // negative numbers are large ones
    for (long memory : new long[] {1, 10_000, 1 << 30}) {
      try (RecordSort sort = new RecordSort(RecordSort.BY_VERSION, folder, memory)) {
        shuffled.forEach(sort::add);
        assertThat(sort.size()).isEqualTo(5_000);
        for (int i = 0; i < 2; i++) {
          List<StoredRecord> read = new ArrayList<>();
          for (RecordSort.Reader reader = sort.read(); reader.hasNext(); ) {
            read.add(reader.next());
          }
          assertThat(read).isEqualTo(records);
        }
      }
      try (var left = Files.list(folder)) {
        assertThat(left).isEmpty();
      }
    }
  }

  @Test
  void longIdsCountAsMemory() {
    Path missing = folder.resolve("missing");
    try (RecordSort sort = new RecordSort(RecordSort.BY_VERSION, missing, 1 << 20)) {
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 1_000; i++) {
                  String id = "x".repeat(4_000) + i;
                  sort.add(new StoredRecord("t", id, i, Bytes.EMPTY, Instant.EPOCH, false));
                }
              })
          .as("4 MB of ids are written to a file, which cannot be made here")
          .isInstanceOf(UncheckedIOException.class);
    }
  }

  /**
   * A server cuts off a reader that pauses, so an add does no more work when there are many runs.
   */
  @Test
  void runsAreNotMergedWhileRecordsAreAdded() {
    AtomicInteger compared = new AtomicInteger();
    Comparator<StoredRecord> counting =
        (a, b) -> {
          compared.incrementAndGet();
          return RecordSort.BY_VERSION.compare(a, b);
        };
    try (RecordSort sort = new RecordSort(counting, folder, 1)) { // each record is a run
      for (int i = 0; i < 200; i++) {
        sort.add(new StoredRecord("t", "" + i, 200 - i, Bytes.EMPTY, Instant.EPOCH, false));
      }
      assertThat(compared.get()).isZero();
      assertThat(sort.read().next().version()).isEqualTo(1);
    }
  }
}

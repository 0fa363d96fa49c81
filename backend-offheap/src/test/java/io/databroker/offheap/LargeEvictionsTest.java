package io.databroker.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.Bytes;
import io.databroker.api.ChangeFeed;
import io.databroker.api.Changes;
import io.databroker.api.Position;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import io.databroker.api.support.LastPayloads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A feed delivers each batch at once, with the last payloads: a batch that the backend makes itself
 * must not fill the heap of its readers.
 */
class LargeEvictionsTest {
  private static final int RECORDS = 250;
  private static final int PAYLOAD = 100_000;

  private Backend backend;
  private Position before;

  @BeforeEach
  void fill() {
    OffheapSettings settings = new OffheapSettings(null, Durability.PROCESS, 1_000, 10, 32 << 20);
    backend = Opening.open(settings, BackendContext.standard());
    for (int i = 0; i < RECORDS; i++) {
      backend.put(List.of(Write.put("t", "id-" + i, Bytes.copyOf(new byte[PAYLOAD]))));
    }
    before = backend.versions().end();
  }

  @AfterEach
  void close() {
    backend.close();
  }

  private static long bytes(Changes batch) {
    return batch.records().stream().mapToLong(record -> record.payload().size()).sum();
  }

  /** Returns the batches, whose deletes must be those of all records, oldest first. */
  private List<Changes> batches() {
    List<Changes> batches = new ArrayList<>();
    try (ChangeFeed feed = backend.changes(before, null)) {
      for (Changes next = feed.poll(); next != null; next = feed.poll()) {
        batches.add(next);
      }
    }
    assertThat(batches.stream().flatMap(batch -> batch.records().stream()))
        .hasSize(RECORDS)
        .allMatch(record -> record.deleted() && record.payload().size() == PAYLOAD)
        .isSortedAccordingTo((a, b) -> Long.compare(a.version(), b.version()));
    return batches;
  }

  @Test
  void anExpiryMakesBatchesOfBoundedSize() {
    backend.setOptions("t", TypeOptions.NONE.withTtl(Duration.ofNanos(1_000)));
    assertThat(backend.expire()).isEqualTo(RECORDS);
    assertThat(batches())
        .allSatisfy(
            batch -> assertThat(bytes(batch)).isLessThan(LastPayloads.BATCH_BYTES + 2 * PAYLOAD));
  }

  @Test
  void aLowerCapacityEvictsInBatchesOfBoundedSize() {
    TypeOptions none = TypeOptions.NONE.withCapacity(0);
    backend.setOptions("t", none);
    assertThat(backend.options()).containsEntry("t", none);
    List<Changes> batches = batches();
    assertThat(batches.subList(0, batches.size() - 1))
        .isNotEmpty()
        .allSatisfy(
            batch -> assertThat(bytes(batch)).isLessThan(LastPayloads.BATCH_BYTES + 2 * PAYLOAD));
    assertThat(batches.get(batches.size() - 1).records())
        .as("with the options")
        .hasSizeLessThanOrEqualTo(100);
  }

  /** Fewer records than may be evicted in one batch with the options, but too many bytes. */
  @Test
  void fewButLargeRecordsAreEvictedInSeveralBatches() {
    backend.clear();
    for (int i = 0; i < 90; i++) {
      backend.put(List.of(Write.put("t", "id-" + i, Bytes.copyOf(new byte[10 * PAYLOAD]))));
    }
    before = backend.versions().end();
    TypeOptions none = TypeOptions.NONE.withCapacity(0);
    backend.setOptions("t", none);
    assertThat(backend.options()).containsEntry("t", none);
    List<Integer> sizes = new ArrayList<>();
    try (ChangeFeed feed = backend.changes(before, null)) {
      for (Changes next = feed.poll(); next != null; next = feed.poll()) {
        sizes.add(next.records().size());
      }
    }
    assertThat(sizes).hasSize(2).allMatch(size -> size <= 68);
    assertThat(sizes.get(0) + sizes.get(1)).isEqualTo(90);
  }
}

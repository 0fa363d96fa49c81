package io.databroker.host.copy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.databroker.api.Backend;
import io.databroker.api.Bytes;
import io.databroker.api.LimitExceededException;
import io.databroker.api.StoredRecord;
import io.databroker.api.Write;
import io.databroker.api.support.LastPayloads;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Batches into a target that limits the payloads of the records that a batch deletes (LIMIT-3). */
class RestoreBatchesTest {
  private static final int MOST_DELETES = 3;

  private final Stores stores = new Stores();
  private final Backend target = stores.backend(1);
  private final List<Integer> applied = new ArrayList<>();
  private int refused;

  private final CopyEnd limited =
      new Forwarding(stores.end(1)) {
        @Override
        public void restore(List<StoredRecord> batch) {
          long deletes = batch.stream().filter(StoredRecord::deleted).count();
          if (deletes > MOST_DELETES) {
            refused++;
            throw new LimitExceededException("batch", deletes, LastPayloads.MOST_BYTES, "bytes");
          }
          super.restore(batch);
          applied.add(batch.size());
        }
      };

  @AfterEach
  void close() {
    stores.close();
  }

  private static StoredRecord record(int id, boolean deleted) {
    return new StoredRecord("car", "" + id, id + 1, Bytes.EMPTY, Instant.EPOCH, deleted);
  }

  @Test
  void aBatchThatDeletesTooMuchIsAppliedInParts() throws Exception {
    target.put(
        IntStream.range(0, 20).mapToObj(id -> Write.put("car", "" + id, Bytes.EMPTY)).toList());
    RestoreBatches batches = new RestoreBatches(limited);
    for (int id = 0; id < 20; id++) {
      batches.add(record(id, true));
      batches.add(record(id + 100, false));
    }
    batches.flush();
    assertThat(refused).isPositive();
    assertThat(applied.stream().mapToInt(size -> size).sum()).isEqualTo(40);
    assertThat(target.get("car", "0")).isNull();
    assertThat(target.get("car", "19")).isNull();
    assertThat(target.get("car", "100").version())
        .isLessThan(target.get("car", "119").version()); // still in order
  }

  @Test
  void aRecordOverALimitIsNamed() {
    CopyEnd small =
        new Forwarding(stores.end(1)) {
          @Override
          public void restore(List<StoredRecord> batch) {
            if (batch.stream().anyMatch(one -> one.id().equals("2"))) {
              throw new LimitExceededException("batch[0].payload", 2, 1, "bytes");
            }
            super.restore(batch);
          }
        };
    RestoreBatches batches = new RestoreBatches(small);
    assertThatThrownBy(
            () -> {
              for (int id = 0; id < 5; id++) {
                batches.add(record(id, false));
              }
              batches.flush();
            })
        .isInstanceOf(LimitExceededException.class)
        .hasMessageContaining("batch[0].payload");
  }
}

package io.databroker.offheap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.Bytes;
import io.databroker.api.LimitExceededException;
import io.databroker.api.Settings;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Small batches must not fill the heap with the payloads of deleted records (LIMIT-3). */
class LargeDeletesTest {
  private static final int RECORDS = 68;
  private static final int PAYLOAD = 1_000_000;

  @Test
  void aBatchThatDeletesTooManyBytesIsRefusedAndTwoSmallerOnesAreNot() {
    Bytes payload = Bytes.copyOf(new byte[PAYLOAD]);
    try (Backend backend =
        new OffheapProvider().open(Settings.defaults(), BackendContext.standard())) {
      List<Write> deletes = new ArrayList<>();
      for (int i = 0; i < RECORDS; i++) {
        backend.put(List.of(Write.put("t", "id" + i, payload)));
        deletes.add(Write.delete("t", "id" + i));
      }
      long latest = backend.versions().latest();
      assertThatThrownBy(() -> backend.put(deletes))
          .isInstanceOf(LimitExceededException.class)
          .hasMessageContaining("68000000 bytes; give at most 67108864");
      assertThat(backend.versions().latest()).isEqualTo(latest);
      assertThat(backend.get("t", "id0")).isNotNull();
      List<Write> first = deletes.subList(0, 60);
      assertThat(backend.put(first).records().get(0).payload()).isEqualTo(payload);
      backend.put(deletes.subList(60, RECORDS));
      assertThat(backend.listTypes()).isEmpty();
    }
  }

  @Test
  void aBatchThatEvictsTooManyBytesIsRefusedAndTwoSmallerOnesAreNot() {
    Bytes payload = Bytes.copyOf(new byte[PAYLOAD]);
    try (Backend backend =
        new OffheapProvider().open(Settings.defaults(), BackendContext.standard())) {
      backend.setOptions("t", TypeOptions.NONE.withCapacity(RECORDS));
      List<Write> puts = new ArrayList<>();
      for (int i = 0; i < RECORDS; i++) {
        backend.put(List.of(Write.put("t", "id" + i, payload)));
        puts.add(Write.put("t", "new" + i, Bytes.EMPTY));
      }
      assertThatThrownBy(() -> backend.put(puts))
          .isInstanceOf(LimitExceededException.class)
          .hasMessageContaining("give at most 67108864");
      assertThat(backend.get("t", "id0")).isNotNull();
      assertThat(backend.get("t", "new0")).isNull();
      backend.put(puts.subList(0, 34));
      backend.put(puts.subList(34, RECORDS));
      assertThat(backend.get("t", "id67")).isNull();
      assertThat(backend.get("t", "new0")).isNotNull();
    }
  }
}

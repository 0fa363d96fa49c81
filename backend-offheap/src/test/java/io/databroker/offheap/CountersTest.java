package io.databroker.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.Bytes;
import io.databroker.api.Write;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An operator sees the size of the journal. */
class CountersTest {
  @TempDir Path scratch;

  @Test
  void theJournalIsCounted() {
    int segment = 1 << 16;
    OffheapSettings settings =
        new OffheapSettings(scratch.resolve("store"), Durability.PROCESS, 1_000, 10, segment);
    Backend backend = Opening.open(settings, BackendContext.standard());
    Map<String, Long> empty = backend.counters();
    for (int i = 0; i < 10; i++) {
      backend.put(List.of(Write.put("t", "id" + i, Bytes.copyOf(new byte[segment / 4]))));
    }
    Map<String, Long> filled = backend.counters();
    assertThat(filled.get("journal.bytes") - empty.get("journal.bytes"))
        .isGreaterThan(10 * segment / 4)
        .isLessThan(2 * 10 * segment / 4);
    assertThat(filled.get("journal.segments")).isGreaterThan(empty.get("journal.segments"));
    backend.close();
    assertThat(backend.counters()).as("after the close").isEqualTo(filled);
  }
}

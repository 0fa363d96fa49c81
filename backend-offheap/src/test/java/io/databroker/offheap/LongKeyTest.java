package io.databroker.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.Bytes;
import io.databroker.api.CheckedBackend;
import io.databroker.api.Settings;
import io.databroker.api.Write;
import io.databroker.offheap.journal.Spaces;
import java.util.List;
import org.junit.jupiter.api.Test;

class LongKeyTest {
  /**
   * A get of an id of any length reaches the backend (GET-2), but its threads must not keep buffers
   * of that size.
   */
  @Test
  void anIdThatCannotBeStoredIsAbsentAndLeavesNoLargeBuffer() {
    String type = "t";
    try (Backend backend =
        CheckedBackend.over(
            Opening.inSpaces(
                new Spaces.InMemory(),
                new OffheapSettings(null, Durability.PROCESS, 1_000, 10, 1 << 16),
                BackendContext.standard()),
            new OffheapProvider().limits(Settings.defaults()))) {
      String longest = "\uD83D\uDE97".repeat(256);
      backend.put(List.of(Write.put(type, longest, Bytes.EMPTY)));
      assertThat(backend.get(type, "x".repeat(1_000_000))).isNull();
      assertThat(backend.get(type, longest)).isNotNull();
      assertThat(Lookup.mine().key.id.length).isLessThan(200_000);
    }
  }
}

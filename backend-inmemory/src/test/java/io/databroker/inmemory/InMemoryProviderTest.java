package io.databroker.inmemory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.Bytes;
import io.databroker.api.InvalidArgumentException;
import io.databroker.api.OpenFailedException;
import io.databroker.api.Setting;
import io.databroker.api.Settings;
import io.databroker.api.Write;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class InMemoryProviderTest {
  private static final long HEAP = Runtime.getRuntime().maxMemory();

  private final InMemoryProvider provider = new InMemoryProvider();

  private Settings set(long memory, long history) {
    Settings.Builder settings = Settings.builder();
    for (Setting<?> setting : provider.settings()) {
      boolean ofMemory = setting.name().equals("memoryBytes");
      @SuppressWarnings("unchecked")
      Setting<Long> number = (Setting<Long>) setting;
      settings.set(number, ofMemory ? memory : history);
    }
    return settings.build();
  }

  private void assertContradiction(long memory, long history, String words) {
    Settings settings = set(memory, history);
    List<ThrowingCallable> calls =
        List.of(
            () -> provider.check(settings),
            () -> provider.open(settings, BackendContext.standard()));
    for (ThrowingCallable call : calls) {
      assertThatThrownBy(call).isInstanceOf(OpenFailedException.class).hasMessageContaining(words);
    }
  }

  @Test
  void boundsThatTheHeapCannotKeepOrThatHoldNoRecordAreRefused() {
    for (long memory : new long[] {1, 10, 65_535, HEAP + 1, Long.MAX_VALUE}) {
      assertThatThrownBy(() -> set(memory, 0))
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessageContaining(
              "memoryBytes is "
                  + memory
                  + "; give 0 for half of the heap, or 65536 to "
                  + HEAP
                  + " bytes, which is the whole heap (-Xmx)");
    }
  }

  @Test
  void aHistoryLargerThanTheWholeIsRefused() {
    assertContradiction(
        100_000, 100_001, "historyBytes 100001 is more than memoryBytes, 100000 bytes");
    assertContradiction(0, HEAP, "historyBytes " + HEAP + " is more than memoryBytes, " + HEAP / 2);
  }

  @Test
  void theSmallestBoundHoldsRecords() {
    try (Backend backend = provider.open(set(65_536, 0), BackendContext.standard())) {
      for (int i = 0; i < 50; i++) {
        backend.put(List.of(Write.put("t", "id-" + i, Bytes.copyOf(new byte[256]))));
      }
      assertThat(backend.get("t", "id-0")).isNotNull();
    }
  }

  @Test
  void boundsWithinTheHeapAreKept() {
    try (Backend backend = provider.open(set(HEAP, 1_000), BackendContext.standard())) {
      assertThat(backend.counters())
          .containsEntry("memory.bound.bytes", HEAP)
          .containsEntry("history.bound.bytes", 1_000L);
    }
  }
}

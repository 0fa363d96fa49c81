package io.databroker.inmemory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.OpenFailedException;
import io.databroker.api.Setting;
import io.databroker.api.Settings;
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

  private void assertRefused(long memory, long history, String words) {
    Settings settings = set(memory, history);
    assertThatThrownBy(() -> provider.open(settings, BackendContext.standard()))
        .isInstanceOf(OpenFailedException.class)
        .hasMessageContaining(words);
  }

  @Test
  void boundsThatTheHeapCannotKeepAreRefused() {
    assertRefused(HEAP + 1, 0, "memoryBytes " + (HEAP + 1) + " is more than the heap, " + HEAP);
    assertRefused(Long.MAX_VALUE, 0, "is more than the heap");
    assertRefused(1_000, 1_001, "historyBytes 1001 is more than memoryBytes, 1000 bytes");
    assertRefused(0, HEAP, "historyBytes " + HEAP + " is more than memoryBytes, " + HEAP / 2);
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

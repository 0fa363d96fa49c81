package io.databroker.offheap;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.databroker.api.BackendContext;
import io.databroker.api.OpenFailedException;
import io.databroker.api.Settings;
import org.junit.jupiter.api.Test;

/** Settings that contradict each other. */
class OffheapProviderTest {
  @Test
  void durabilityOnDiskNeedsADirectory() {
    Settings settings = Settings.builder().set(OffheapSettings.DURABILITY, Durability.DISK).build();
    assertThatThrownBy(() -> new OffheapProvider().open(settings, BackendContext.standard()))
        .isInstanceOf(OpenFailedException.class)
        .hasMessageContaining("durability is disk")
        .hasMessageContaining("set directory");
  }
}

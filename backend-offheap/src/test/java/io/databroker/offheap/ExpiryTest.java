package io.databroker.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.Bytes;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import io.databroker.offheap.journal.Spaces;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class ExpiryTest {
  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-01-01T00:00:00.000000700Z"));

  /** Records have times in microseconds; a clock may have nanoseconds (TTL-1). */
  @Test
  void aRecordIsKeptForItsWholeTtlOnAClockOfNanoseconds() {
    try (Backend backend =
        Opening.inSpaces(
            new Spaces.InMemory(),
            new OffheapSettings(null, Durability.PROCESS, 1_000, 10, 1 << 16),
            BackendContext.standard().withClock(now::get))) {
      backend.setOptions("t", TypeOptions.NONE.withTtl(Duration.ofSeconds(1)));
      backend.put(List.of(Write.put("t", "a", Bytes.EMPTY)));
      now.set(now.get().plusSeconds(1));
      assertThat(backend.expire()).as("written exactly one TTL ago").isZero();
      now.set(now.get().plusNanos(1_000));
      assertThat(backend.expire()).isEqualTo(1);
    }
  }
}

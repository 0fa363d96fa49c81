package io.databroker.offheap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.Bytes;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import io.databroker.offheap.journal.Segment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A stretch of damage that is longer than a portion of an eviction or an expiry. */
class DamagedTypeTest {
  private static final int DAMAGED = 600;

  private final LogLines log = new LogLines();

  @AfterEach
  void close() {
    log.close();
  }

  private static Backend open() {
    return Opening.open(
        new OffheapSettings(null, Durability.PROCESS, 10_000, 10, 1 << 20),
        BackendContext.standard());
  }

  private static void put(Backend backend, int from, int to) {
    List<Write> writes = new ArrayList<>();
    for (int i = from; i < to; i++) {
      writes.add(Write.put("t", "id-" + i, Bytes.utf8("payload")));
    }
    backend.put(writes);
  }

  private static void damageAll(Backend backend) {
    Segment segment = ((OffheapBackend) backend).store.history.directory.holding(1);
    for (int i = 0; i < segment.count(); i++) {
      long at = segment.offsetAt(i) + 40;
      segment.data.putInt(at, segment.data.getInt(at) ^ 1);
    }
  }

  private static int readable(Backend backend, int from, int to) {
    int readable = 0;
    for (int i = from; i < to; i++) {
      readable += backend.get("t", "id-" + i) == null ? 0 : 1;
    }
    return readable;
  }

  @Test
  void aLowerCapacityEvictsWhatCanBeReadAndReturns() {
    try (Backend backend = open()) {
      put(backend, 0, DAMAGED);
      damageAll(backend);
      put(backend, DAMAGED, DAMAGED + 400);
      TypeOptions few = TypeOptions.NONE.withCapacity(10);
      assertTimeoutPreemptively(Duration.ofSeconds(60), () -> backend.setOptions("t", few));
      assertThat(backend.options()).containsEntry("t", few);
      assertThat(readable(backend, DAMAGED, DAMAGED + 400)).isZero();
      assertThat(backend.versions().latest()).isEqualTo(DAMAGED + 2 * 400);
      put(backend, 0, DAMAGED);
      assertThat(readable(backend, 0, DAMAGED)).as("a rewrite ends the damage").isEqualTo(10);
    }
  }

  @Test
  void anExpiryPassesTheDamage() {
    try (Backend backend = open()) {
      put(backend, 0, DAMAGED);
      damageAll(backend);
      put(backend, DAMAGED, DAMAGED + 400);
      backend.setOptions("t", TypeOptions.NONE.withTtl(Duration.ofNanos(1_000)));
      long expired = assertTimeoutPreemptively(Duration.ofSeconds(60), backend::expire);
      assertThat(expired).isEqualTo(400);
      assertThat(readable(backend, DAMAGED, DAMAGED + 400)).isZero();
    }
  }
}

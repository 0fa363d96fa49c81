package io.databroker.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.api.Backend;
import org.junit.jupiter.api.Test;

/** An operator sees the connection pool. */
class CountersTest {
  @Test
  void theConnectionsAreCounted() {
    Backend backend = TestServer.open(TestServer.freshSettings());
    assertThat(backend.listTypes()).isEmpty();
    assertThat(backend.counters())
        .containsOnlyKeys("connections.open", "connections.busy", "connections.awaited")
        .hasEntrySatisfying("connections.open", open -> assertThat(open).isBetween(1L, 6L))
        .containsEntry("connections.awaited", 0L);
    backend.close();
    assertThat(backend.counters()).containsEntry("connections.busy", 0L);
  }
}

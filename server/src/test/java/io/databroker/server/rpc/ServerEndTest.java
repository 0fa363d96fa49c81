package io.databroker.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.databroker.api.Bytes;
import io.databroker.api.Changes;
import io.databroker.api.HistoryTrimmedException;
import io.databroker.api.Position;
import io.databroker.api.Write;
import io.databroker.host.copy.CopyEnd;
import io.databroker.server.fixture.LockedBackend;
import io.databroker.server.remote.ServerEnd;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A server as an end of a copy answers as a backend does. */
class ServerEndTest {
  private final LockedBackend backend = new LockedBackend();

  private CopyEnd.Feed fromTheBeginning(Served served) {
    CopyEnd end = new ServerEnd(served.channel, () -> {});
    return end.changes(new Position(end.versions().serverVersion(), 0));
  }

  @Test
  void theBeginningOfATrimmedHistoryIsRefusedAtOnce() throws Exception {
    backend.put(List.of(Write.put("t", "1", Bytes.EMPTY)));
    backend.trim(Instant.MAX);
    try (Served served = Served.over(Served.Transport.LOOPBACK, backend.checked())) {
      assertThatThrownBy(() -> fromTheBeginning(served))
          .isInstanceOf(HistoryTrimmedException.class);
    }
  }

  @Test
  void theBeginningOfAHistoryAfterAClearIsServed() throws Exception {
    backend.put(List.of(Write.put("t", "1", Bytes.EMPTY)));
    backend.clear();
    try (Served served = Served.over(Served.Transport.LOOPBACK, backend.checked())) {
      try (CopyEnd.Feed feed = fromTheBeginning(served)) {
        assertThat(feed.next(Duration.ofMillis(1))).isNull();
      }
      backend.put(List.of(Write.put("t", "2", Bytes.EMPTY)));
      try (CopyEnd.Feed feed = fromTheBeginning(served)) {
        Changes changes = feed.next(Duration.ofSeconds(20));
        assertThat(changes).isNotNull();
        assertThat(changes.records()).hasSize(1);
      }
    }
  }
}

package io.databroker.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.databroker.api.Backend;
import io.databroker.api.Bytes;
import io.databroker.api.Changes;
import io.databroker.api.Checkpoint;
import io.databroker.api.HistoryTrimmedException;
import io.databroker.api.InvalidArgumentException;
import io.databroker.api.LimitExceededException;
import io.databroker.api.OutcomeUnknownException;
import io.databroker.api.Position;
import io.databroker.api.PutResult;
import io.databroker.api.Selection;
import io.databroker.api.Snapshot;
import io.databroker.api.StorageFullException;
import io.databroker.api.StoredRecord;
import io.databroker.api.UnavailableException;
import io.databroker.api.Write;
import io.databroker.api.support.ForwardingBackend;
import io.databroker.host.copy.CopyEnd;
import io.databroker.host.copy.StoreContents;
import io.databroker.server.fixture.LockedBackend;
import io.databroker.server.remote.ServerEnd;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

/** A server that a copy reads from or writes to answers as a backend does. */
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

  @Test
  void theCheckpointIsFromBeforeTheVersion() throws Exception {
    backend.put(List.of(Write.put("view", "1", Bytes.EMPTY)));
    backend.setCheckpoint(new Checkpoint(7, 1));
    Backend followed =
        new ForwardingBackend(backend.checked()) {
          @Override
          public Snapshot snapshot(Selection selection) {
            Snapshot snapshot = super.snapshot(selection);
            put(List.of(Write.put("view", "2", Bytes.EMPTY)));
            setCheckpoint(new Checkpoint(7, 2));
            return snapshot;
          }
        };
    try (Served served = Served.over(Served.Transport.LOOPBACK, followed)) {
      StoreContents contents = new ServerEnd(served.channel, () -> {}).read(record -> {});
      assertThat(contents.position().version()).isEqualTo(1);
      assertThat(contents.checkpoint()).isEqualTo(new Checkpoint(7, 1));
    }
  }

  @Test
  void aBatchOverALimitIsToldFromOtherFailures() throws Exception {
    assertThat(isOverLimit(new LimitExceededException("batch", 2, 1, "bytes"))).isTrue();
    assertThat(isOverLimit(new InvalidArgumentException("batch", "x", "give another"))).isFalse();
    assertThat(isOverLimit(new StorageFullException("no room", null))).isFalse();
  }

  private boolean isOverLimit(RuntimeException failure) throws Exception {
    boolean[] over = {false};
    assertThatThrownBy(() -> restore(failure, (end, failed) -> over[0] = end.isOverLimit(failed)))
        .isInstanceOf(StatusRuntimeException.class);
    return over[0];
  }

  @Test
  void aFullServerIsNoPassingOutage() {
    assertThatThrownBy(() -> restore(new StorageFullException("no room; delete", null)))
        .isInstanceOf(StatusRuntimeException.class)
        .hasMessageContaining("no room; delete");
    assertThatThrownBy(() -> restore(new UnavailableException("away", null)))
        .isInstanceOf(OutcomeUnknownException.class);
  }

  private void restore(RuntimeException failure) throws Exception {
    restore(failure, (end, failed) -> {});
  }

  /** Restores a record into a server whose backend fails. */
  private void restore(RuntimeException failure, BiConsumer<ServerEnd, RuntimeException> failed)
      throws Exception {
    Backend failing =
        new ForwardingBackend(backend.checked()) {
          @Override
          public PutResult restore(List<StoredRecord> batch) {
            throw failure;
          }
        };
    try (Served served = Served.over(Served.Transport.LOOPBACK, failing)) {
      ServerEnd end = new ServerEnd(served.channel, () -> {});
      try {
        end.restore(List.of(new StoredRecord("t", "1", 0, Bytes.EMPTY, Instant.EPOCH, false)));
      } catch (RuntimeException e) {
        failed.accept(end, e);
        throw e;
      }
    }
  }
}

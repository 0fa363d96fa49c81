package io.databroker.postgres;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.databroker.api.BackendContext;
import io.databroker.api.Bytes;
import io.databroker.api.UnavailableException;
import io.databroker.api.Write;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** An unexpected failure in the middle of a write. */
class WriteErrorTest {

  @Test
  void aWriteThatFailsBeforeItsCommitWasNotApplied() {
    for (Throwable failure :
        new Throwable[] {
          new OutOfMemoryError("expected"), new NegativeArraySizeException("expected")
        }) {
      EngineState state = new EngineState();
      Sessions sessions =
          new Sessions(
              () -> FakeConnection.telling(method -> fail(method, failure)),
              1,
              Duration.ofSeconds(30),
              state);
      try (sessions) {
        PostgresBackend backend =
            new PostgresBackend(
                sessions,
                null,
                new Cluster(),
                state,
                new StoreRow(1, 7, 1, 0, 0, 0, 0),
                "channel",
                BackendContext.standard());
        assertThatThrownBy(() -> backend.put(List.of(Write.put("t", "1", Bytes.EMPTY))))
            .isInstanceOf(UnavailableException.class)
            .hasCause(failure)
            .hasMessageContaining("expected before its commit");
      }
    }
  }

  private static void fail(String method, Throwable failure) {
    if (method.equals("prepareStatement")) {
      if (failure instanceof Error error) {
        throw error;
      }
      throw (RuntimeException) failure;
    }
  }
}

package io.databroker.postgres;

import io.databroker.api.BackendState;
import java.sql.SQLException;

/** Remembers how the last calls went, for {@link io.databroker.api.Backend#state}. */
final class EngineState {
  private volatile BackendState state = BackendState.SERVING;

  BackendState get() {
    return state;
  }

  /** Notes that no connection could be had. */
  void away(SQLException failure) {
    state =
        BackendState.unavailable(
            BackendState.Reason.ENGINE_AWAY,
            "PostgreSQL does not answer ("
                + SqlFailures.firstLine(failure)
                + "); see that its server runs and can be reached");
  }

  /** Notes that a read was answered. */
  void back() {
    BackendState now = state;
    if (now.mode() == BackendState.Mode.UNAVAILABLE) {
      state = BackendState.SERVING;
    }
  }

  /** Notes that a write was refused for lack of room. */
  void full() {
    state =
        BackendState.degraded(
            BackendState.Reason.STORAGE_FULL,
            "the disk of the PostgreSQL server is full; free space there");
  }

  /** Notes that a write was committed. */
  void written() {
    if (state.mode() != BackendState.Mode.SERVING) {
      state = BackendState.SERVING;
    }
  }
}

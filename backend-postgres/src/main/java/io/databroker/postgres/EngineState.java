package io.databroker.postgres;

import io.databroker.api.BackendState;
import java.sql.SQLException;

/** Remembers the outcome of the last calls, for {@link io.databroker.api.Backend#state}. */
final class EngineState {
  private volatile BackendState state = BackendState.SERVING;

  BackendState get() {
    return state;
  }

  /** Records that no connection could be opened. */
  void away(SQLException failure) {
    state =
        BackendState.unavailable(
            BackendState.Reason.ENGINE_AWAY,
            "PostgreSQL does not answer ("
                + SqlFailures.firstLine(failure)
                + "); see that its server runs and can be reached");
  }

  /** Records a successful read. */
  void back() {
    BackendState now = state;
    if (now.mode() == BackendState.Mode.UNAVAILABLE) {
      state = BackendState.SERVING;
    }
  }

  /** Records a write that failed for lack of room. */
  void full() {
    state =
        BackendState.degraded(
            BackendState.Reason.STORAGE_FULL,
            "the disk of the PostgreSQL server is full; free space there");
  }

  /** Records a committed write. */
  void written() {
    if (state.mode() != BackendState.Mode.SERVING) {
      state = BackendState.SERVING;
    }
  }
}

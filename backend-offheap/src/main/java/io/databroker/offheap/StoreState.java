package io.databroker.offheap;

import io.databroker.api.BackendState;
import io.databroker.api.BackendState.Reason;
import io.databroker.api.DatabrokerException;
import io.databroker.api.ErrorId;
import io.databroker.offheap.memory.DirectoryLostException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Derives the state of a store from its last failures. */
final class StoreState {
  private StoreState() {}

  /**
   * Returns the state.
   *
   * @param failure the failure that ended all writing; null while writes work
   * @param refused the failure of the last write; null if it succeeded
   * @param damage the known damage of the journal, in words; empty if there is none
   */
  static BackendState of(
      @Nullable Throwable failure, @Nullable DatabrokerException refused, String damage) {
    if (failure instanceof DirectoryLostException) {
      return BackendState.readOnly(
          Reason.DIRECTORY_LOST, failure.getMessage() + "; put it back and reopen the store");
    }
    if (failure instanceof IOException) {
      return BackendState.readOnly(
          Reason.DISK_FAILED,
          "the disk failed a write or an fsync: "
              + failure.getMessage()
              + "; check the disk and reopen the store");
    }
    if (failure != null) {
      return BackendState.readOnly(Reason.BROKEN, failure + "; reopen the store");
    }
    if (refused != null) {
      return BackendState.degraded(
          refused.id() == ErrorId.STORAGE_FULL ? Reason.STORAGE_FULL : Reason.DISK_FAILED,
          refused.problem() + (damage.isEmpty() ? "" : "; also: " + damage));
    }
    if (!damage.isEmpty()) {
      return BackendState.degraded(Reason.DAMAGED, damage);
    }
    return BackendState.SERVING;
  }
}

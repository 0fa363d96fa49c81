package io.databroker.offheap;

import io.databroker.api.BackendState;
import io.databroker.api.BackendState.Reason;
import io.databroker.api.DatabrokerException;
import io.databroker.api.ErrorId;
import io.databroker.offheap.memory.DirectoryLostException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The state of a store, by what has happened to it. */
final class StoreState {
  private StoreState() {}

  /**
   * Returns the state.
   *
   * @param failure why nothing can be written any more; null while writing goes on
   * @param refused why the last write failed; null if it succeeded
   * @param damage the damage that is known of the journal, in words; empty if there is none
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
          "the disk failed to take what was written: "
              + failure.getMessage()
              + "; check the disk and reopen the store");
    }
    if (failure != null) {
      return BackendState.readOnly(Reason.BROKEN, failure + "; reopen the store");
    }
    if (refused != null) {
      return BackendState.degraded(
          refused.id() == ErrorId.STORAGE_FULL ? Reason.STORAGE_FULL : Reason.DISK_FAILED,
          refused.getMessage() + (damage.isEmpty() ? "" : "; also: " + damage));
    }
    if (!damage.isEmpty()) {
      return BackendState.degraded(Reason.DAMAGED, damage);
    }
    return BackendState.SERVING;
  }
}

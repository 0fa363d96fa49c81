package io.databroker.tck.faults;

import io.databroker.api.BackendState;
import io.databroker.api.ErrorId;
import io.databroker.tck.history.Answer;
import io.databroker.tck.history.Call;
import io.databroker.tck.history.Operation;
import io.databroker.tck.text.Texts;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * State that a backend reported in the middle of a fault. It is judged only if the engine was
 * surely away: puts failed with {@code unavailable} before and after, and none succeeded between.
 *
 * @param injected tick after the fault was injected
 * @param before tick before the state was read
 * @param state the reported state
 * @param healed tick before the fault was healed
 */
record StateSeen(long injected, long before, BackendState state, long healed) {
  /** Failed puts before the state was read: the first may only have found a broken connection. */
  private static final int FEWEST_FAILED = 2;

  /** Returns the violation of STATE-2, or null. */
  FaultVerdict.@Nullable Finding problem(List<Operation> operations) {
    List<Operation> puts =
        operations.stream()
            .filter(operation -> operation.call() instanceof Call.Put)
            .filter(operation -> operation.began() > injected && operation.began() < healed)
            .toList();
    long failedBefore = puts.stream().filter(put -> isRefused(put) && put.ended() < before).count();
    boolean failedAfter = puts.stream().anyMatch(put -> isRefused(put) && put.began() > before);
    boolean someSucceeded = puts.stream().anyMatch(put -> put.answer() instanceof Answer.Stored);
    if (failedBefore < FEWEST_FAILED || !failedAfter || someSucceeded || !state.takesWrites()) {
      return null;
    }
    return new FaultVerdict.Finding(
        List.of("STATE-2"),
        Texts.format(
            "%d puts failed with unavailable, and later ones too; the state between them was %s",
            failedBefore, state));
  }

  private static boolean isRefused(Operation put) {
    return put.answer() instanceof Answer.NotApplied not
        && not.error().equals(ErrorId.UNAVAILABLE.label());
  }
}

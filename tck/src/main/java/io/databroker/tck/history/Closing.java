package io.databroker.tck.history;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Close of a backend during other calls.
 *
 * @param began clock of the history before the close
 * @param ended clock after its return
 * @param later the calls that began after the return; each must have failed as closed
 */
public record Closing(long began, long ended, List<Operation> later) {
  /** Copies the list. */
  public Closing {
    later = List.copyOf(later);
  }

  /** Returns the close with the calls that began after its return. */
  public static Closing of(long began, long ended, List<Operation> calls) {
    return new Closing(began, ended, calls.stream().filter(call -> call.began() > ended).toList());
  }

  /** Returns whether a call failed because the backend was closed. */
  public static boolean isRefused(Operation call) {
    return call.answer() instanceof Answer.NotApplied not && not.error().equals("closed");
  }

  /** Returns the first call that did not fail as closed, or null. */
  public @Nullable Operation answered() {
    return later.stream().filter(call -> !isRefused(call)).findFirst().orElse(null);
  }
}

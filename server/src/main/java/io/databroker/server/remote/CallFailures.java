package io.databroker.server.remote;

import io.databroker.api.ErrorId;
import io.databroker.api.OutcomeUnknownException;
import io.databroker.api.UnavailableException;
import io.databroker.server.wire.ErrorDetails;
import io.grpc.StatusRuntimeException;
import java.util.Set;
import java.util.function.Supplier;

/** Converts failed calls to errors of the API, where repeating the call may help. */
final class CallFailures {
  /** Ids of exhausted resources that only an operator can free. */
  private static final Set<String> LASTING =
      Set.of(ErrorId.STORAGE_FULL.label(), "too-many-types-with-options");

  private CallFailures() {}

  static <T> T reading(Supplier<T> call) {
    try {
      return call.get();
    } catch (StatusRuntimeException e) {
      throw ofRead(e);
    }
  }

  static void writing(Supplier<?> call) {
    try {
      var unused = call.get();
    } catch (StatusRuntimeException e) {
      // A write may have been applied before the answer was lost.
      throw isPassing(e) ? new OutcomeUnknownException(told(e), e) : e;
    }
  }

  /** Returns the error of a call that changes nothing. */
  static RuntimeException ofRead(StatusRuntimeException e) {
    return isPassing(e) ? new UnavailableException(told(e), e) : e;
  }

  static UnavailableException endedEarly() {
    return new UnavailableException("the server ended before it had sent all records", null);
  }

  /** Returns whether the same call may soon succeed, without an act of the operator. */
  private static boolean isPassing(StatusRuntimeException e) {
    return switch (e.getStatus().getCode()) {
      case UNAVAILABLE, DEADLINE_EXCEEDED, UNKNOWN -> true;
      case RESOURCE_EXHAUSTED -> !LASTING.contains(ErrorDetails.id(e));
      default -> false;
    };
  }

  private static String told(StatusRuntimeException e) {
    String description = e.getStatus().getDescription();
    return "the server answers "
        + e.getStatus().getCode()
        + (description == null ? "" : " (" + description + ")");
  }
}

package io.databroker.server.remote;

import io.databroker.api.OutcomeUnknownException;
import io.databroker.api.UnavailableException;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.function.Supplier;

/** Converts failed calls to errors of the API, where repeating the call may help. */
final class CallFailures {
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
      throw isPassing(e.getStatus()) ? new OutcomeUnknownException(told(e), e) : e;
    }
  }

  /** Returns the error of a call that changes nothing. */
  static RuntimeException ofRead(StatusRuntimeException e) {
    return isPassing(e.getStatus()) ? new UnavailableException(told(e), e) : e;
  }

  static UnavailableException endedEarly() {
    return new UnavailableException("the server ended before it had sent all records", null);
  }

  /** Returns whether the same call may succeed later. */
  static boolean isPassing(Status status) {
    return switch (status.getCode()) {
      case UNAVAILABLE, RESOURCE_EXHAUSTED, DEADLINE_EXCEEDED, UNKNOWN -> true;
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

package io.databroker.server.rpc;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** Failures of calls, as clients see them. */
final class Failures {
  private Failures() {}

  static StatusRuntimeException failure(ThrowingCallable call) {
    return catchThrowableOfType(StatusRuntimeException.class, call);
  }

  static Code code(ThrowingCallable call) {
    return failure(call).getStatus().getCode();
  }
}

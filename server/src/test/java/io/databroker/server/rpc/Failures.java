package io.databroker.server.rpc;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
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

  /** Returns the stable id in the details of a failure. */
  static String id(StatusRuntimeException failure) throws InvalidProtocolBufferException {
    return StatusProto.fromThrowable(failure).getDetails(0).unpack(ErrorInfo.class).getReason();
  }
}

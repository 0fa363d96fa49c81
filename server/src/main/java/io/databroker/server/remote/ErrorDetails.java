package io.databroker.server.remote;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import com.google.rpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.Optional;

/**
 * Details of the status of a failed call.
 *
 * <p><b>Thread-safety:</b> stateless.
 */
public final class ErrorDetails {
  private ErrorDetails() {}

  /** Returns the stable id of the error and its values; empty if the status has none. */
  public static Optional<ErrorInfo> info(StatusRuntimeException error) {
    Status status = StatusProto.fromThrowable(error);
    if (status == null) {
      return Optional.empty();
    }
    for (Any detail : status.getDetailsList()) {
      try {
        if (detail.is(ErrorInfo.class)) {
          return Optional.of(detail.unpack(ErrorInfo.class));
        }
      } catch (InvalidProtocolBufferException e) {
        return Optional.empty(); // the status itself is still reported
      }
    }
    return Optional.empty();
  }

  /** Returns the stable id of the error; empty if the status has none. */
  public static String id(StatusRuntimeException error) {
    return info(error).map(ErrorInfo::getReason).orElse("");
  }
}

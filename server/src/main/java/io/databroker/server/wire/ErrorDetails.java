package io.databroker.server.wire;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.Map;
import java.util.Optional;

/**
 * Details of the status of a failed call.
 *
 * <p><b>Thread-safety:</b> stateless.
 */
public final class ErrorDetails {
  /** Domain of the {@link ErrorInfo} whose reason is the error's id. */
  private static final String DOMAIN = "databroker";

  private ErrorDetails() {}

  /** Returns the failure with a status, a stable id and values. */
  public static StatusRuntimeException failure(
      Status status, String id, Map<String, String> values) {
    ErrorInfo info =
        ErrorInfo.newBuilder().setDomain(DOMAIN).setReason(id).putAllMetadata(values).build();
    return StatusProto.toStatusRuntimeException(
        com.google.rpc.Status.newBuilder()
            .setCode(status.getCode().value())
            .setMessage(String.valueOf(status.getDescription()))
            .addDetails(Any.pack(info))
            .build());
  }

  /** Ends a call with a failure. */
  public static void close(ServerCall<?, ?> call, StatusRuntimeException failure) {
    Metadata trailers = failure.getTrailers();
    call.close(failure.getStatus(), trailers == null ? new Metadata() : trailers);
  }

  /** Returns the stable id of the error and its values; empty if the status has none. */
  public static Optional<ErrorInfo> info(StatusRuntimeException error) {
    com.google.rpc.Status status = StatusProto.fromThrowable(error);
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

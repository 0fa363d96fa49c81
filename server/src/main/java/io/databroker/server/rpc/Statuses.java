package io.databroker.server.rpc;

import com.google.protobuf.Any;
import com.google.rpc.ErrorInfo;
import io.databroker.api.ConditionFailedException;
import io.databroker.api.DatabrokerException;
import io.databroker.api.ErrorId;
import io.databroker.api.FutureVersionException;
import io.databroker.api.HistoryReplacedException;
import io.databroker.api.HistoryTrimmedException;
import io.databroker.api.InvalidArgumentException;
import io.databroker.api.LimitExceededException;
import io.databroker.api.SnapshotExpiredException;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.Locale;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The status that answers a failed call. */
final class Statuses {
  /** The domain of the {@link ErrorInfo} that carries the error's id as its reason. */
  static final String DOMAIN = "databroker";

  private static final Logger log = LoggerFactory.getLogger(Statuses.class);

  private Statuses() {}

  /** The one place where an error of the contract becomes a status. */
  static Status status(DatabrokerException error) {
    return switch (error.id()) {
      case INVALID_ARGUMENT, LIMIT_EXCEEDED -> describe(Status.INVALID_ARGUMENT, error);
      // ABORTED tells the caller to begin anew: at its reading, or at SyncLatest.
      case CONDITION_FAILED, SNAPSHOT_EXPIRED -> describe(Status.ABORTED, error);
      case HISTORY_REPLACED -> Status.ABORTED.withDescription("invalid server version");
      case HISTORY_TRIMMED, FUTURE_VERSION ->
          Status.ABORTED.withDescription("invalid record version");
      case CLOSED, UNAVAILABLE -> describe(Status.UNAVAILABLE, error);
      // Not UNAVAILABLE, on which clients send the same write again.
      case OUTCOME_UNKNOWN -> describe(Status.UNKNOWN, error);
      case STORAGE_FULL -> describe(Status.RESOURCE_EXHAUSTED, error);
      case STORAGE_FAILED, OPEN_FAILED -> describe(Status.INTERNAL, error);
      case UNSUPPORTED -> describe(Status.UNIMPLEMENTED, error);
    };
  }

  /** What to answer, whatever went wrong; what nobody foresaw is logged. */
  static StatusRuntimeException of(Throwable error) {
    if (error instanceof DatabrokerException known) {
      return detailed(known);
    }
    if (error instanceof StatusRuntimeException answered) {
      return answered;
    }
    log.error("a call failed in a way that nobody foresaw", error);
    // It may have failed when all was written.
    return detailed(
        Status.INTERNAL.withDescription(
            "internal error, and nobody knows whether the call took effect: read again before you write again; the server's log has more"),
        ErrorId.OUTCOME_UNKNOWN.label(),
        Map.of());
  }

  /** The server holds as many bytes of requests as it has room for. */
  static StatusRuntimeException busy(long room) {
    return detailed(
        Status.RESOURCE_EXHAUSTED.withDescription(
            String.format(
                Locale.ROOT,
                "the server has room for %d bytes of requests at once; not applied, try again"
                    + " later, or send less at once",
                room)),
        ErrorId.UNAVAILABLE.label(),
        Map.of("limit", Long.toString(room)));
  }

  /** A limit of the server itself, on what clients can make grow. */
  static StatusRuntimeException limit(String id, String what, long limit) {
    return detailed(
        Status.RESOURCE_EXHAUSTED.withDescription(
            String.format(
                Locale.ROOT, "%s: the server takes at most %d %s; not applied", id, limit, what)),
        id,
        Map.of("limit", Long.toString(limit)));
  }

  /** More calls are open than the server takes in all. */
  static StatusRuntimeException tooManyCalls() {
    return detailed(
        Status.RESOURCE_EXHAUSTED.withDescription(
            "too-many-calls: the server has as many open calls as it takes; not applied, try again"
                + " later"),
        "too-many-calls",
        Map.of());
  }

  /** A request did not arrive whole in time. */
  static StatusRuntimeException requestStalled() {
    return detailed(
        Status.DEADLINE_EXCEEDED.withDescription(
            "request-stalled: the request did not arrive whole in time; not applied"),
        "request-stalled",
        Map.of());
  }

  /** The client of a stream has not read for too long. */
  static StatusRuntimeException readerStalled() {
    return detailed(
        Status.RESOURCE_EXHAUSTED.withDescription(
            "reader-stalled: the stream was not read for too long; read faster, and go on from the"
                + " last version that was read"),
        "reader-stalled",
        Map.of());
  }

  private static StatusRuntimeException detailed(DatabrokerException error) {
    Status status = status(error);
    if (status.getCode() == Status.Code.INTERNAL) {
      log.error("a call failed", error);
    }
    return detailed(status, error.id().label(), values(error));
  }

  private static StatusRuntimeException detailed(
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

  private static Status describe(Status status, DatabrokerException error) {
    return status.withDescription(error.getMessage());
  }

  /** What the error is about, by name. */
  private static Map<String, String> values(DatabrokerException error) {
    if (error instanceof InvalidArgumentException invalid) {
      return Map.of("argument", invalid.argument(), "value", invalid.value());
    }
    if (error instanceof LimitExceededException over) {
      return Map.of(
          "argument", over.argument(),
          "actual", Long.toString(over.actual()),
          "limit", Long.toString(over.limit()));
    }
    if (error instanceof ConditionFailedException failed) {
      return Map.of(
          "index", Integer.toString(failed.index()),
          "type", Shown.shortened(failed.type()),
          "id", Shown.shortened(failed.recordId()),
          "expected", failed.expected().toString(),
          "found", unsigned(failed.found()));
    }
    if (error instanceof HistoryReplacedException replaced) {
      return Map.of("asked", unsigned(replaced.asked()), "current", unsigned(replaced.current()));
    }
    if (error instanceof HistoryTrimmedException trimmed) {
      return Map.of("asked", unsigned(trimmed.asked()), "earliest", unsigned(trimmed.earliest()));
    }
    if (error instanceof FutureVersionException future) {
      return Map.of("asked", unsigned(future.asked()), "latest", unsigned(future.latest()));
    }
    if (error instanceof SnapshotExpiredException expired) {
      return Map.of("version", unsigned(expired.version()));
    }
    return Map.of();
  }

  private static String unsigned(long number) {
    return Long.toUnsignedString(number);
  }
}

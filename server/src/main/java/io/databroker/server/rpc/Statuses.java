package io.databroker.server.rpc;

import io.databroker.api.ConditionFailedException;
import io.databroker.api.DatabrokerException;
import io.databroker.api.ErrorId;
import io.databroker.api.FutureVersionException;
import io.databroker.api.HistoryReplacedException;
import io.databroker.api.HistoryTrimmedException;
import io.databroker.api.InvalidArgumentException;
import io.databroker.api.LimitExceededException;
import io.databroker.api.SnapshotExpiredException;
import io.databroker.server.wire.ErrorDetails;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Converts errors to the statuses of failed calls. */
final class Statuses {
  private static final Logger log = LoggerFactory.getLogger(Statuses.class);

  private Statuses() {}

  /** Returns the status of an error of the contract. */
  static Status status(DatabrokerException error) {
    return switch (error.id()) {
      case INVALID_ARGUMENT, LIMIT_EXCEEDED -> describe(Status.INVALID_ARGUMENT, error);
      // ABORTED tells the caller to start over: with a new read, or with SyncLatest.
      case CONDITION_FAILED, SNAPSHOT_EXPIRED -> describe(Status.ABORTED, error);
      case HISTORY_REPLACED -> Status.ABORTED.withDescription("invalid server version");
      case HISTORY_TRIMMED, FUTURE_VERSION ->
          Status.ABORTED.withDescription("invalid record version");
      case CLOSED, UNAVAILABLE -> describe(Status.UNAVAILABLE, error);
      // Not UNAVAILABLE, because clients would send the same write again.
      case OUTCOME_UNKNOWN -> describe(Status.UNKNOWN, error);
      case STORAGE_FULL -> describe(Status.RESOURCE_EXHAUSTED, error);
      case STORAGE_FAILED, OPEN_FAILED -> describe(Status.INTERNAL, error);
      case UNSUPPORTED -> describe(Status.UNIMPLEMENTED, error);
    };
  }

  /** Returns the status of any error; logs unexpected ones. */
  static StatusRuntimeException of(Throwable error) {
    if (error instanceof DatabrokerException known) {
      return detailed(known);
    }
    if (error instanceof StatusRuntimeException answered) {
      return answered;
    }
    log.error("a call failed with an unexpected error", error);
    // The call may have failed after the write.
    return of(
        Status.INTERNAL,
        ErrorId.OUTCOME_UNKNOWN.label(),
        "internal error; the call may or may not have taken effect: read before you write again; the"
            + " server's log has more");
  }

  /** Returns the status for a request for which the server has no room. */
  static StatusRuntimeException busy(long room) {
    return ErrorDetails.failure(
        Status.RESOURCE_EXHAUSTED.withDescription(
            "the server holds at most "
                + room
                + " bytes of requests; not applied, try again later, or send smaller requests"),
        ErrorId.UNAVAILABLE.label(),
        Map.of("limit", Long.toString(room)));
  }

  /** Returns the status for a rejection that has an id of its own. */
  static StatusRuntimeException of(Status status, String id, String problem) {
    return ErrorDetails.failure(status.withDescription(problem), id, Map.of());
  }

  /** Returns the status for a reached {@link ServiceLimits limit}. */
  static StatusRuntimeException limit(String id, String what, long limit) {
    return ErrorDetails.failure(
        Status.RESOURCE_EXHAUSTED.withDescription(
            id + ": the server accepts at most " + limit + " " + what + "; not applied"),
        id,
        Map.of("limit", Long.toString(limit)));
  }

  /** Returns the status for a call over the limit on open calls. */
  static StatusRuntimeException tooManyCalls() {
    return exhausted(
        "too-many-calls",
        "the server has reached its limit of open calls; not applied, try again later");
  }

  /** Returns the status for a request that did not arrive completely in time. */
  static StatusRuntimeException requestStalled() {
    return of(
        Status.DEADLINE_EXCEEDED,
        "request-stalled",
        "request-stalled: the request did not arrive completely in time; not applied");
  }

  /** Returns the status for a stream that the server ends because it stops. */
  static StatusRuntimeException stopping() {
    return of(
        Status.UNAVAILABLE, ErrorId.UNAVAILABLE.label(), "the server is stopping; connect again");
  }

  /** Returns the status for a stream that its client has not read for too long. */
  static StatusRuntimeException readerStalled() {
    return exhausted(
        "reader-stalled",
        "the client did not read the stream for too long; read faster: a Sync can continue from the"
            + " last version read, a SyncLatest begins again");
  }

  /** Returns the status for a stream that the server ends because it has no buffer for it. */
  static StatusRuntimeException noBuffers() {
    return exhausted(
        "buffers-exhausted",
        "the server has no memory to send more messages; try again later: a Sync can"
            + " continue from the last version read, a SyncLatest begins again");
  }

  /** Returns the status for a stream whose large record would wait without room in the heap. */
  static StatusRuntimeException noRecordRoom() {
    return exhausted(
        "records-exhausted",
        "other clients read large records, and the heap has no room for one more; try again later");
  }

  private static StatusRuntimeException exhausted(String id, String why) {
    return of(Status.RESOURCE_EXHAUSTED, id, id + ": " + why);
  }

  private static StatusRuntimeException detailed(DatabrokerException error) {
    Status status = status(error);
    if (status.getCode() == Status.Code.INTERNAL) {
      log.error("a call failed", error);
    }
    return ErrorDetails.failure(status, error.id().label(), values(error));
  }

  private static Status describe(Status status, DatabrokerException error) {
    return status.withDescription(error.getMessage());
  }

  /** Returns the values that the error names, as metadata. */
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

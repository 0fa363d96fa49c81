package io.databroker.server.rpc;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import io.databroker.api.DatabrokerException;
import io.databroker.api.InvalidArgumentException;
import io.databroker.api.LimitExceededException;
import io.databroker.server.payload.MessageShape;
import io.databroker.server.payload.MessageShape.TooDeepException;
import io.databroker.server.payload.MessageShape.TooManyPartsException;
import io.databroker.server.proto.DataBrokerServiceGrpc;
import io.databroker.server.proto.ext.ConditionalServiceGrpc;
import io.databroker.server.proto.ext.RestoreServiceGrpc;
import java.util.Set;

/** Counts the parts of a request from its bytes, before it is parsed. */
final class RequestCheck {
  /** Largest heap size of a part of a request, in addition to its own bytes. */
  static final int BYTES_PER_PART = 128;

  /** Deepest nesting; protobuf's own limit. */
  private static final int DEEPEST = 100;

  private static final int RECORDS = 1;
  private static final int PARTS_PER_RECORD = 8;

  /** Largest number of parts of a request besides its records, such as those of a filter. */
  private static final int MOST_PARTS = 10_000;

  private static final Set<String> OF_RECORDS =
      Set.of(
          DataBrokerServiceGrpc.getPutMethod().getFullMethodName(),
          DataBrokerServiceGrpc.getPatchMethod().getFullMethodName(),
          ConditionalServiceGrpc.getPutMethod().getFullMethodName(),
          RestoreServiceGrpc.getRestoreMethod().getFullMethodName());

  private final String method;
  private final MessageShape shape;
  private final int records;
  private final int parts;

  private RequestCheck(String method, MessageShape shape, int records, int parts) {
    this.method = method;
    this.shape = shape;
    this.records = records;
    this.parts = parts;
  }

  /**
   * Creates the check of a method's requests.
   *
   * @param method the full name of the method
   * @param request the type of the requests
   * @param batchRecords the largest number of records in a request
   */
  static RequestCheck of(String method, Descriptor request, int batchRecords) {
    boolean ofRecords = OF_RECORDS.contains(method);
    return new RequestCheck(
        method,
        MessageShape.of(request),
        ofRecords ? batchRecords : Integer.MAX_VALUE,
        ofRecords ? MOST_PARTS + PARTS_PER_RECORD * batchRecords : MOST_PARTS);
  }

  /**
   * Returns the number of parts of the request.
   *
   * @throws DatabrokerException if there are too many, or the bytes are not a request of the method
   */
  int parts(WholeRequest request) {
    MessageShape.Count count = new MessageShape.Count(parts, DEEPEST);
    try {
      shape.count(request.input(), count);
    } catch (TooManyPartsException e) {
      if (records == Integer.MAX_VALUE || count.atTop(RECORDS) <= records) {
        throw new LimitExceededException("request", count.parts(), parts, "parts");
      }
    } catch (InvalidProtocolBufferException e) {
      throw unreadable(e);
    }
    if (count.atTop(RECORDS) > records) {
      throw new LimitExceededException("batch", count.atTop(RECORDS), records, "records");
    }
    return count.parts();
  }

  /** Returns the error for a request that cannot be parsed. */
  InvalidArgumentException unreadable(InvalidProtocolBufferException problem) {
    String remedy =
        problem instanceof TooDeepException
            ? "it is nested too deeply: nest it less"
            : "it cannot be read: send the message of that method, in proto3 and UTF-8";
    return new InvalidArgumentException("request", method, remedy);
  }

  InvalidArgumentException notDecompressed() {
    return new InvalidArgumentException(
        "request",
        method,
        "it cannot be decompressed: send it in the encoding that grpc-encoding names");
  }

  InvalidArgumentException notOne() {
    return new InvalidArgumentException("request", method, "send exactly one message");
  }
}

package io.databroker.server.rpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.MethodDescriptor;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Uncompressed bytes of one request, as the stream that gRPC hands to a marshaller.
 *
 * <p><b>Thread-safety:</b> none.
 */
final class WholeRequest extends ByteArrayInputStream {
  private final ByteString bytes;
  private @Nullable Message parsed;

  /** Takes over the array, which must not change any more. */
  WholeRequest(byte[] taken) {
    super(taken);
    this.bytes = UnsafeByteOperations.unsafeWrap(taken);
  }

  /** Returns the request as a message like the prototype; parses it at the first call. */
  Message parsed(Message prototype) throws InvalidProtocolBufferException {
    Message known = parsed;
    if (known == null) {
      CodedInputStream input = input();
      input.enableAliasing(true);
      known = prototype.getParserForType().parseFrom(input);
      input.checkLastTagWas(0);
      parsed = known;
    }
    return known;
  }

  CodedInputStream input() {
    return bytes.newCodedInput();
  }

  int size() {
    return bytes.size();
  }

  /** Parses requests without copying them. */
  static final class Marshaller<Q> implements MethodDescriptor.Marshaller<Q> {
    private final MethodDescriptor.Marshaller<Q> standard;
    private final Message prototype;

    Marshaller(MethodDescriptor.Marshaller<Q> standard, Message prototype) {
      this.standard = standard;
      this.prototype = prototype;
    }

    @Override
    public InputStream stream(Q request) {
      return standard.stream(request);
    }

    @Override
    @SuppressWarnings("unchecked") // the prototype is of the method's request
    public Q parse(InputStream stream) {
      try {
        return (Q) ((WholeRequest) stream).parsed(prototype);
      } catch (InvalidProtocolBufferException e) {
        throw new UnreadableException(e);
      }
    }
  }

  /** The bytes are not a request of the method. */
  static final class UnreadableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnreadableException(InvalidProtocolBufferException cause) {
      super(null, cause, false, false);
    }

    InvalidProtocolBufferException problem() {
      return (InvalidProtocolBufferException) Objects.requireNonNull(getCause());
    }
  }
}

package io.databroker.server.rpc;

import io.grpc.Drainable;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * Answer that is encoded already. It takes the place of a protobuf message, which would be built,
 * measured and encoded at each sending.
 */
abstract sealed class Encoded permits Encoded.Whole, LargeRecord {
  /** Returns the bytes of the message. */
  abstract InputStream stream();

  /** Returns the observer of a call, which accepts both messages and encoded answers. */
  @SuppressWarnings("unchecked") // Marshaller distinguishes them
  static StreamObserver<Object> accepting(StreamObserver<?> observer) {
    return (StreamObserver<Object>) observer;
  }

  /**
   * All bytes of an answer.
   *
   * <p><b>Thread-safety:</b> immutable.
   */
  static final class Whole extends Encoded {
    private final byte[] message;

    /** Takes over the array, which must not change any more. */
    Whole(byte[] taken) {
      this.message = taken;
    }

    @Override
    InputStream stream() {
      return new Stream(message);
    }

    int size() {
      return message.length;
    }
  }

  /** Encodes the answers of a method, except those that are encoded already. */
  static final class Marshaller<A> implements MethodDescriptor.Marshaller<A> {
    private final MethodDescriptor.Marshaller<A> standard;

    Marshaller(MethodDescriptor.Marshaller<A> standard) {
      this.standard = standard;
    }

    @Override
    public InputStream stream(A answer) {
      return (Object) answer instanceof Encoded encoded
          ? encoded.stream()
          : standard.stream(answer);
    }

    @Override
    public A parse(InputStream stream) {
      return standard.parse(stream);
    }
  }

  /** Bytes that the transport copies into its buffers in one piece. */
  private static final class Stream extends ByteArrayInputStream implements KnownLength, Drainable {
    Stream(byte[] message) {
      super(message);
    }

    @Override
    public int drainTo(OutputStream target) throws IOException {
      int length = count - pos;
      target.write(buf, pos, length);
      pos = count;
      return length;
    }
  }
}

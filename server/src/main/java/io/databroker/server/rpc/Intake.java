package io.databroker.server.rpc;

import com.google.protobuf.InvalidProtocolBufferException;
import io.databroker.api.InvalidArgumentException;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.KnownLength;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.StatusRuntimeException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Lets requests in: those that can be read, and no more bytes of them at once than there is room
 * for. A request has its room from before it is parsed until its answer is sent.
 *
 * <p><b>Thread-safety:</b> safe.
 */
final class Intake implements ServerInterceptor {
  private final long room;
  private final AtomicLong taken = new AtomicLong();

  /**
   * @param room for how many bytes of requests
   */
  Intake(long room) {
    this.room = room;
  }

  /** The same service behind this. */
  ServerServiceDefinition before(ServerServiceDefinition service) {
    return ServerInterceptors.intercept(
        ServerInterceptors.useMarshalledMessages(service, new AsTheyCome()), this);
  }

  /**
   * Hands streams on. What gRPC has for this puts a buffer before each, also before the answers:
   * that cost more than all else of a message.
   */
  private static final class AsTheyCome implements MethodDescriptor.Marshaller<InputStream> {
    @Override
    public InputStream stream(InputStream message) {
      return message;
    }

    @Override
    public InputStream parse(InputStream message) {
      return message;
    }
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    return new Admission<>(call, next.startCall(call, headers));
  }

  /** Of one call; gRPC calls it one at a time. */
  private final class Admission<Q, A> extends SimpleForwardingServerCallListener<Q> {
    private final ServerCall<Q, A> call;

    /** A stream of requests is held one by one, and by whoever reads them. */
    private final boolean counted;

    private long held;
    private boolean refused;

    Admission(ServerCall<Q, A> call, ServerCall.Listener<Q> admitted) {
      super(admitted);
      this.call = call;
      this.counted = call.getMethodDescriptor().getType().clientSendsOneMessage();
    }

    @Override
    @SuppressWarnings("unchecked") // before() has made Q an InputStream
    public void onMessage(Q message) {
      if (refused) {
        return;
      }
      try {
        super.onMessage(counted ? (Q) held((InputStream) message) : message);
      } catch (NoRoomException e) {
        refuse(Statuses.busy(room));
      } catch (StatusRuntimeException e) {
        if (!(e.getCause() instanceof InvalidProtocolBufferException malformed)) {
          throw e;
        }
        refuse(Statuses.of(unreadable(malformed)));
      }
    }

    private InputStream held(InputStream message) {
      if (!(message instanceof KnownLength)) {
        return new Counted(message); // compressed
      }
      try {
        hold(message.available());
      } catch (IOException e) {
        throw new UncheckedIOException(e); // what is in memory never throws one
      }
      return message;
    }

    private void hold(int bytes) {
      if (taken.addAndGet(bytes) > room) {
        taken.addAndGet(-bytes);
        throw new NoRoomException();
      }
      held += bytes;
    }

    private void refuse(StatusRuntimeException answer) {
      refused = true;
      Metadata trailers = answer.getTrailers();
      call.close(answer.getStatus(), trailers == null ? new Metadata() : trailers);
    }

    private InvalidArgumentException unreadable(InvalidProtocolBufferException problem) {
      String told = String.valueOf(problem.getMessage());
      String remedy =
          told.contains("nesting")
              ? "it is nested too deeply: nest it less"
              : "it cannot be read: send the message of that method, in proto3 and UTF-8";
      return new InvalidArgumentException(
          "request", call.getMethodDescriptor().getFullMethodName(), remedy);
    }

    @Override
    public void onHalfClose() {
      if (!refused) {
        super.onHalfClose();
      }
    }

    @Override
    public void onComplete() {
      release();
      super.onComplete();
    }

    @Override
    public void onCancel() {
      release();
      super.onCancel();
    }

    private void release() {
      taken.addAndGet(-held);
      held = 0;
    }

    /** Takes room for what is read as it is read. */
    private final class Counted extends FilterInputStream {
      Counted(InputStream in) {
        super(in);
      }

      @Override
      public int read() throws IOException {
        int read = super.read();
        hold(read < 0 ? 0 : 1);
        return read;
      }

      @Override
      public int read(byte[] into, int offset, int length) throws IOException {
        int read = super.read(into, offset, length);
        hold(Math.max(0, read));
        return read;
      }
    }
  }

  /** Ends the parsing of a request. */
  private static final class NoRoomException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NoRoomException() {
      super(null, null, false, false);
    }
  }
}

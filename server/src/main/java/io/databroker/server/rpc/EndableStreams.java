package io.databroker.server.rpc;

import io.databroker.server.wire.ErrorDetails;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Ends the streams of gRPC's own services when the server stops, and drops the messages that they
 * send after the end of a call. Those services never end a stream, so one client of a health watch
 * would delay the stop.
 *
 * <p><b>Thread-safety:</b> safe.
 */
final class EndableStreams implements ServerInterceptor {
  private final Set<Stream<?, ?>> open = ConcurrentHashMap.newKeySet();
  private volatile boolean stopped;

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    if (call.getMethodDescriptor().getType().serverSendsOneMessage()) {
      return next.startCall(call, headers);
    }
    Stream<Q, A> stream = new Stream<>(call);
    ServerCall.Listener<Q> listener = next.startCall(stream, headers);
    open.add(stream);
    if (stopped) {
      ErrorDetails.close(stream, Statuses.stopping());
    }
    return new SimpleForwardingServerCallListener<>(listener) {
      @Override
      public void onCancel() {
        open.remove(stream);
        stream.drop();
        super.onCancel();
      }

      @Override
      public void onComplete() {
        open.remove(stream);
        super.onComplete();
      }
    };
  }

  /** Ends all streams, and each stream opened later. */
  void stop() {
    stopped = true;
    open.forEach(stream -> ErrorDetails.close(stream, Statuses.stopping()));
  }

  /** A call whose service may still send messages after another thread has ended it. */
  private static final class Stream<Q, A> extends SimpleForwardingServerCall<Q, A> {
    /** Guarded by this. */
    private boolean closed;

    Stream(ServerCall<Q, A> call) {
      super(call);
    }

    @Override
    public synchronized void sendHeaders(Metadata headers) {
      if (!closed) {
        super.sendHeaders(headers);
      }
    }

    @Override
    public synchronized void sendMessage(A message) {
      if (!closed) {
        super.sendMessage(message);
      }
    }

    @Override
    public synchronized void close(Status status, Metadata trailers) {
      if (!closed) {
        closed = true;
        super.close(status, trailers);
      }
    }

    /**
     * Sends nothing more, because the call is over. Reflection ends a call that was cancelled; if
     * gRPC had cancelled it because of a malformed message, that would end the connection.
     */
    synchronized void drop() {
      closed = true;
    }
  }
}

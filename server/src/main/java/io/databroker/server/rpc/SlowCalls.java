package io.databroker.server.rpc;

import io.databroker.server.auth.Caller;
import io.databroker.server.log.Event;
import io.databroker.server.log.LogLevel;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.time.Duration;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Logs calls that take long, from the complete arrival of the request to the answer. Streams are
 * not logged, because they last as long as their client wants. A line has method, time, status and
 * address, and nothing of the request.
 *
 * <p><b>Thread-safety:</b> safe.
 */
public final class SlowCalls implements ServerInterceptor {
  private static final String NAME = "slow-calls";
  private static final Logger LOG = Logger.getLogger(NAME);

  private volatile long leastNanos;

  /** Creates an interceptor that logs nothing yet. */
  public SlowCalls() {}

  /** Logs calls that take this time or longer; null logs none. */
  public void logFrom(@Nullable Duration least) {
    leastNanos = least == null ? 0 : Math.max(1, least.toNanos());
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> handler) {
    if (leastNanos == 0 || call.getMethodDescriptor().getType() != MethodType.UNARY) {
      return handler.startCall(call, headers);
    }
    Timed<Q, A> timed = new Timed<>(call);
    return new SimpleForwardingServerCallListener<>(handler.startCall(timed, headers)) {
      @Override
      public void onHalfClose() {
        timed.began = System.nanoTime();
        super.onHalfClose();
      }
    };
  }

  private final class Timed<Q, A> extends SimpleForwardingServerCall<Q, A> {
    private volatile long began = System.nanoTime();

    Timed(ServerCall<Q, A> call) {
      super(call);
    }

    @Override
    public void close(Status status, Metadata trailers) {
      long took = System.nanoTime() - began;
      long least = leastNanos;
      if (least != 0 && took >= least) {
        LOG.log(
            new Event(LogLevel.WARN, NAME, "slow call")
                .with("method", getMethodDescriptor().getFullMethodName())
                .with("millis", Long.toString(took / 1_000_000))
                .with("status", status.getCode().name())
                .with("from", Caller.address(this)));
      }
      super.close(status, trailers);
    }
  }
}

package io.databroker.server.rpc;

import io.databroker.api.InvalidArgumentException;
import io.databroker.api.LimitExceededException;
import io.databroker.server.wire.ErrorDetails;
import io.grpc.BindableService;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.protobuf.services.ProtoReflectionService;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Admits calls of reflection, which are streams of requests and so cannot use {@link Intake}. It
 * limits the number of calls and the size of a request, and rejects unreadable requests.
 *
 * <p><b>Thread-safety:</b> safe.
 */
final class ReflectionCalls implements ServerInterceptor {
  /** Open calls. */
  private static final int MOST = 100;

  /** Largest request, in bytes: the name of a file or a symbol. */
  private static final int LARGEST = 64 << 10;

  private final AtomicInteger open = new AtomicInteger();

  private ReflectionCalls() {}

  /**
   * Serves reflection under its current name, and under its former one, which many clients still
   * use.
   */
  @SuppressWarnings("deprecation") // the former one
  static List<ServerServiceDefinition> services() {
    ReflectionCalls calls = new ReflectionCalls();
    return List.of(
        calls.before(ProtoReflectionServiceV1.newInstance()),
        calls.before(ProtoReflectionService.newInstance()));
  }

  /** With streams as messages, a request is parsed within onMessage, which sees its exceptions. */
  private ServerServiceDefinition before(BindableService service) {
    return ServerInterceptors.intercept(
        ServerInterceptors.useInputStreamMessages(service.bindService()), this);
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    if (open.incrementAndGet() > MOST) {
      open.decrementAndGet();
      ErrorDetails.close(call, Statuses.tooManyCalls());
      return new ServerCall.Listener<>() {};
    }
    ServerCall.Listener<Q> reflecting;
    try {
      reflecting = next.startCall(call, headers);
    } catch (RuntimeException | Error e) {
      open.decrementAndGet();
      throw e;
    }
    return new SimpleForwardingServerCallListener<>(reflecting) {
      private boolean refused;

      @Override
      public void onMessage(Q request) {
        if (refused) {
          return;
        }
        try {
          super.onMessage(bounded(request));
        } catch (LimitExceededException e) {
          refused = true;
          ErrorDetails.close(call, Statuses.of(e));
        } catch (IOException | RuntimeException e) { // it cannot be decompressed or parsed
          refused = true;
          String method = call.getMethodDescriptor().getFullMethodName();
          ErrorDetails.close(
              call,
              Statuses.of(
                  new InvalidArgumentException(
                      "request", method, "it cannot be read: send the message of that method")));
        }
      }

      @Override
      public void onHalfClose() {
        if (!refused) {
          super.onHalfClose();
        }
      }

      @Override
      public void onComplete() {
        open.decrementAndGet();
        if (!refused) {
          super.onComplete();
        }
      }

      @Override
      public void onCancel() {
        open.decrementAndGet();
        if (!refused) {
          super.onCancel(); // otherwise it would end the call once more
        }
      }
    };
  }

  /** Returns the request, read and decompressed up to its largest size. */
  @SuppressWarnings("unchecked") // before() has made requests an InputStream
  private static <Q> Q bounded(Q request) throws IOException {
    byte[] bytes = ((InputStream) request).readNBytes(LARGEST + 1);
    if (bytes.length > LARGEST) {
      throw new LimitExceededException("request", bytes.length, LARGEST, "bytes or more");
    }
    return (Q) new ByteArrayInputStream(bytes);
  }
}

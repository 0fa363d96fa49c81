package io.databroker.server.net;

import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * Counts the bytes of one request as they arrive, even if it is never completed.
 *
 * <p><b>Thread-safety:</b> counts on the connection's event loop; a call starts on any thread.
 */
final class ArrivalTracer extends ServerStreamTracer {
  static final Factory FACTORY =
      new Factory() {
        @Override
        public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
          return new ArrivalTracer();
        }
      };

  /** Bytes of one request that are not worth counting. */
  private static final long STEP = 8 << 10;

  /** Heap of each frame of an unfinished request, in addition to its bytes. */
  private static final long PER_FRAME = 128;

  private volatile @Nullable Connection connection;
  private long arrived;
  private long counted;

  @Override
  public void serverCallStarted(ServerCallInfo<?, ?> call) {
    connection = call.getAttributes().get(Connection.KEY);
  }

  @Override
  public void inboundWireSize(long bytes) {
    arrived += bytes + PER_FRAME;
    if (arrived - counted >= STEP) {
      Connection counting = connection;
      if (counting != null) {
        long more = arrived - counted;
        counted = arrived;
        counting.received(more);
      }
    }
  }

  @Override
  public void streamClosed(Status status) {
    Connection counting = connection;
    if (counting != null && counted > 0) {
      counting.received(-counted);
      counted = 0;
    }
  }
}

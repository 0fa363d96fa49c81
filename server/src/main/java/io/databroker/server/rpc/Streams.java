package io.databroker.server.rpc;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * The streams that are open, all of them on one executor.
 *
 * <p><b>Thread-safety:</b> safe.
 */
final class Streams {
  private static final Status STOPPING =
      Status.UNAVAILABLE.withDescription("the server is stopping; connect again");

  private final Executor executor;
  private final Set<Pump<?>> open = ConcurrentHashMap.newKeySet();
  private volatile boolean stopping;

  Streams(Executor executor) {
    this.executor = executor;
  }

  /** Serves a call with what the source says, or with the status of its failing to open. */
  <M> void serve(StreamObserver<M> observer, Supplier<MessageSource<M>> opened) {
    MessageSource<M> source;
    try {
      source = opened.get();
    } catch (RuntimeException e) {
      observer.onError(Statuses.of(e));
      return;
    }
    Pump<M> pump =
        new Pump<>((ServerCallStreamObserver<M>) observer, source, executor, open::remove);
    open.add(pump);
    pump.start();
    if (stopping) {
      pump.end(STOPPING);
    }
  }

  /** Ends all of them, and whatever comes later. */
  void stop() {
    stopping = true;
    open.forEach(pump -> pump.end(STOPPING));
  }

  int count() {
    return open.size();
  }
}

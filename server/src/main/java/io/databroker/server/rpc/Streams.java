package io.databroker.server.rpc;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * The streams that are open. Those of changes never wait, and run on a few threads and where the
 * client's room is told; those of snapshots may wait for the backend's engine, and run where other
 * calls do.
 *
 * <p><b>Thread-safety:</b> safe.
 */
final class Streams {
  private static final Status STOPPING =
      Status.UNAVAILABLE.withDescription("the server is stopping; connect again");

  private final Executor changes;
  private final Executor snapshots;
  private final Set<Pump<?>> open = ConcurrentHashMap.newKeySet();
  private volatile boolean stopping;

  Streams(Executor changes, Executor snapshots) {
    this.changes = changes;
    this.snapshots = snapshots;
  }

  /** Serves a call with what the source says, or with the status of its failing to open. */
  <M> void serveChanges(StreamObserver<M> observer, Supplier<MessageSource<M>> opened) {
    serve(observer, opened, changes, false);
  }

  /** The same, of a source that may wait for the backend's engine. */
  <M> void serveSnapshot(StreamObserver<M> observer, Supplier<MessageSource<M>> opened) {
    serve(observer, opened, snapshots, true);
  }

  private <M> void serve(
      StreamObserver<M> observer,
      Supplier<MessageSource<M>> opened,
      Executor executor,
      boolean waits) {
    MessageSource<M> source;
    try {
      source = opened.get();
    } catch (RuntimeException | Error e) {
      observer.onError(Statuses.of(e));
      return;
    }
    Pump<M> pump =
        new Pump<>((ServerCallStreamObserver<M>) observer, source, executor, waits, open::remove);
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

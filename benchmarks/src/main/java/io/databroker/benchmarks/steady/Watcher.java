package io.databroker.benchmarks.steady;

import io.databroker.server.proto.DataBrokerServiceGrpc;
import io.databroker.server.proto.ServerInfoResponse;
import io.databroker.server.proto.SyncRequest;
import io.databroker.server.proto.SyncResponse;
import io.grpc.ManagedChannel;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import org.jspecify.annotations.Nullable;

/** Reads a stream of changes as fast as they come, until it is cancelled. */
final class Watcher implements ClientResponseObserver<SyncRequest, SyncResponse> {
  private volatile @Nullable ClientCallStreamObserver<SyncRequest> call;

  private Watcher() {}

  /** Watches all changes after the present. */
  static Watcher open(ManagedChannel channel, ServerInfoResponse now) {
    Watcher watcher = new Watcher();
    DataBrokerServiceGrpc.newStub(channel)
        .sync(
            SyncRequest.newBuilder()
                .setServerVersion(now.getServerVersion())
                .setRecordVersion(now.getLatestRecordVersion())
                .setWait(true)
                .build(),
            watcher);
    return watcher;
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<SyncRequest> started) {
    call = started;
  }

  void cancel() {
    ClientCallStreamObserver<SyncRequest> open = call;
    if (open != null) {
      open.cancel("the watcher leaves", null);
    }
  }

  @Override
  public void onNext(SyncResponse message) {}

  @Override
  public void onError(Throwable ended) {}

  @Override
  public void onCompleted() {}
}

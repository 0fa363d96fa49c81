package io.databroker.benchmarks;

import com.google.protobuf.Empty;
import io.databroker.server.proto.DataBrokerServiceGrpc;
import io.databroker.server.proto.PutRequest;
import io.databroker.server.proto.PutResponse;
import io.databroker.server.proto.Record;
import io.databroker.server.proto.ServerInfoResponse;
import io.databroker.server.proto.SyncRequest;
import io.databroker.server.proto.SyncResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Lower bound for the way from a put to its watchers on this stack: the same protocol, messages and
 * transport, but a put only gets a version and goes to all open streams. It runs on the event loops
 * and keeps no record but the last. Its lock orders the puts.
 */
public final class RelayServer extends DataBrokerServiceGrpc.DataBrokerServiceImplBase {
  private final List<StreamObserver<SyncResponse>> watchers = new ArrayList<>();
  private Record last = Record.getDefaultInstance();

  RelayServer() {}

  /** Serves until the process is killed. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    NoopServer.serve(new RelayServer(), Runnable::run).awaitTermination();
  }

  @Override
  public synchronized void serverInfo(Empty request, StreamObserver<ServerInfoResponse> observer) {
    observer.onNext(
        ServerInfoResponse.newBuilder()
            .setServerVersion(1)
            .setLatestRecordVersion(last.getVersion())
            .build());
    observer.onCompleted();
  }

  @Override
  public synchronized void put(PutRequest request, StreamObserver<PutResponse> observer) {
    last = request.getRecords(0).toBuilder().setVersion(last.getVersion() + 1).build();
    SyncResponse change = SyncResponse.newBuilder().setRecord(last).build();
    watchers.forEach(it -> it.onNext(change));
    observer.onNext(PutResponse.newBuilder().setServerVersion(1).addRecords(last).build());
    observer.onCompleted();
  }

  /** Watches; a client that has missed the last put gets it first. */
  @Override
  public synchronized void sync(SyncRequest request, StreamObserver<SyncResponse> observer) {
    ((ServerCallStreamObserver<SyncResponse>) observer).setOnCancelHandler(() -> leave(observer));
    watchers.add(observer);
    if (request.getRecordVersion() < last.getVersion()) {
      observer.onNext(SyncResponse.newBuilder().setRecord(last).build());
    }
  }

  private synchronized void leave(StreamObserver<SyncResponse> observer) {
    watchers.remove(observer);
  }
}

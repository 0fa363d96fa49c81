package io.databroker.benchmarks;

import io.databroker.server.proto.DataBrokerServiceGrpc;
import io.databroker.server.proto.GetRequest;
import io.databroker.server.proto.GetResponse;
import io.databroker.server.proto.PutRequest;
import io.databroker.server.proto.PutResponse;
import io.databroker.server.proto.SyncLatestRequest;
import io.databroker.server.proto.SyncLatestResponse;
import io.databroker.server.proto.SyncRequest;
import io.databroker.server.proto.SyncResponse;
import io.grpc.BindableService;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Base64;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.function.LongFunction;

/**
 * Lower bound for any server on this stack: the same protocol, messages, transport and threads, but
 * every answer is a prepared message. With "keep" it also stores records: the lower bound for a
 * server that has records.
 */
public final class NoopServer {
  private NoopServer() {}

  /**
   * Serves until the process is killed.
   *
   * @param arguments the answers to get, put and sync, as base64 of the messages; the number of
   *     messages of a stream from version 0; and "keep" to store records
   */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    GetResponse got = GetResponse.parseFrom(Base64.getDecoder().decode(arguments[0]));
    PutResponse stored = PutResponse.parseFrom(Base64.getDecoder().decode(arguments[1]));
    SyncResponse change = SyncResponse.parseFrom(Base64.getDecoder().decode(arguments[2]));
    long changes = Long.parseLong(arguments[3]);
    Service service =
        arguments.length > 4
            ? new KeepingService(got, stored, change, changes)
            : new Service(got, stored, change, changes);
    serve(service, Executors.newFixedThreadPool(16)).awaitTermination();
  }

  /** Starts a server and prints its port. */
  static Server serve(BindableService service, Executor executor) throws IOException {
    Server server =
        NettyServerBuilder.forAddress(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                InsecureServerCredentials.create())
            .executor(executor)
            .addService(service)
            .build()
            .start();
    System.out.println("ready listen=127.0.0.1:" + server.getPort());
    return server;
  }

  /** Service with prepared answers. */
  static class Service extends DataBrokerServiceGrpc.DataBrokerServiceImplBase {
    private final GetResponse got;
    private final PutResponse stored;
    private final SyncResponse change;
    private final long changes;

    Service(GetResponse got, PutResponse stored, SyncResponse change, long changes) {
      this.got = got;
      this.stored = stored;
      this.change = change;
      this.changes = changes;
    }

    @Override
    public void get(GetRequest request, StreamObserver<GetResponse> observer) {
      observer.onNext(got);
      observer.onCompleted();
    }

    @Override
    public void put(PutRequest request, StreamObserver<PutResponse> observer) {
      observer.onNext(stored);
      observer.onCompleted();
    }

    /** Returns the message of a change. */
    SyncResponse message(long version) {
      return change;
    }

    @Override
    public void sync(SyncRequest request, StreamObserver<SyncResponse> observer) {
      stream(observer, request.getRecordVersion(), this::message);
    }

    @Override
    public void syncLatest(SyncLatestRequest request, StreamObserver<SyncLatestResponse> observer) {
      SyncLatestResponse record =
          SyncLatestResponse.newBuilder().setRecord(change.getRecord()).build();
      stream(observer, 0, version -> record);
    }

    /** Sends a message for each version after the given one. */
    private <M> void stream(StreamObserver<M> observer, long after, LongFunction<M> message) {
      ServerCallStreamObserver<M> call = (ServerCallStreamObserver<M>) observer;
      call.setOnReadyHandler(
          new Runnable() {
            private long sent = after;

            @Override
            public void run() {
              while (sent < changes && call.isReady()) {
                call.onNext(message.apply(++sent));
                if (sent == changes) {
                  call.onCompleted();
                }
              }
            }
          });
    }
  }
}

package io.databroker.server.rpc;

import io.databroker.api.Backend;
import io.databroker.api.Capability;
import io.databroker.api.Limits;
import io.databroker.server.net.Connections;
import io.databroker.server.proto.CheckpointServiceGrpc;
import io.databroker.server.proto.DataBrokerServiceGrpc;
import io.databroker.server.proto.GetRequest;
import io.databroker.server.proto.PutRequest;
import io.databroker.server.proto.PutResponse;
import io.databroker.server.proto.Record;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** A server and a client of it. */
final class Served implements AutoCloseable {
  enum Transport {
    IN_PROCESS,
    LOOPBACK
  }

  static final InetSocketAddress LOOPBACK =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  /** Capabilities of the tests' backends, which wait for nothing unless a test stops them. */
  private static final Set<Capability> IMMEDIATE =
      Set.of(
          Capability.IMMEDIATE_READS, Capability.IMMEDIATE_LEASES, Capability.IMMEDIATE_SNAPSHOTS);

  final BrokerServer server;
  final ManagedChannel channel;

  private Served(BrokerServer server, ManagedChannel channel) {
    this.server = server;
    this.channel = channel;
  }

  static Served over(Transport transport, Backend backend) throws IOException {
    return over(transport, backend, new QuerySettings());
  }

  static Served over(Transport transport, Backend backend, QuerySettings queries)
      throws IOException {
    return transport == Transport.IN_PROCESS
        ? inProcess(backend, queries)
        : with(backend, queries, new ServerSettings());
  }

  /** Starts a server on loopback with these settings. */
  static Served with(Backend backend, QuerySettings queries, ServerSettings settings)
      throws IOException {
    return with(backend, IMMEDIATE, queries, settings);
  }

  /** Starts a server on loopback, on a backend that declares these capabilities. */
  static Served with(
      Backend backend, Set<Capability> capabilities, QuerySettings queries, ServerSettings settings)
      throws IOException {
    return loopback(
        new BrokerServer(backend, Limits.FLOOR, capabilities, LOOPBACK, queries, settings));
  }

  /** Starts a server that accepts at most that many bytes of requests at once. */
  static Served withRoom(Backend backend, long room) throws IOException {
    ServerSettings settings = new ServerSettings();
    Connections connections = new Connections(settings.network());
    return loopback(
        new BrokerServer(
            backend,
            Limits.FLOOR,
            IMMEDIATE,
            new QuerySettings(),
            settings,
            room,
            NettyServerBuilder.forAddress(LOOPBACK, InsecureServerCredentials.create())
                .addTransportFilter(connections),
            connections,
            null));
  }

  private static Served loopback(BrokerServer server) throws IOException {
    server.start();
    return new Served(
        server,
        NettyChannelBuilder.forAddress(
                "127.0.0.1", server.port(), InsecureChannelCredentials.create())
            // Otherwise it grows with the reads of a quick reader on the same channel.
            .flowControlWindow(1 << 20)
            .build());
  }

  private static Served inProcess(Backend backend, QuerySettings queries) throws IOException {
    String name = InProcessServerBuilder.generateName();
    ServerSettings settings = new ServerSettings();
    Connections connections = new Connections(settings.network());
    BrokerServer server =
        new BrokerServer(
            backend,
            Limits.FLOOR,
            IMMEDIATE,
            queries,
            settings,
            Long.MAX_VALUE,
            InProcessServerBuilder.forName(name).addTransportFilter(connections),
            connections,
            null);
    server.start();
    return new Served(server, InProcessChannelBuilder.forName(name).build());
  }

  DataBrokerServiceGrpc.DataBrokerServiceBlockingStub records() {
    return DataBrokerServiceGrpc.newBlockingStub(channel).withDeadlineAfter(20, TimeUnit.SECONDS);
  }

  PutResponse put(Record... records) {
    return records().put(PutRequest.newBuilder().addAllRecords(List.of(records)).build());
  }

  Record get(String type, String id) {
    return records().get(GetRequest.newBuilder().setType(type).setId(id).build()).getRecord();
  }

  CheckpointServiceGrpc.CheckpointServiceBlockingStub checkpoints() {
    return CheckpointServiceGrpc.newBlockingStub(channel).withDeadlineAfter(20, TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    channel.shutdownNow();
    server.close();
  }
}

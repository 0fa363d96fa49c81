package io.databroker.server.cli;

import io.databroker.server.proto.DataBrokerServiceGrpc;
import io.databroker.server.proto.DataBrokerServiceGrpc.DataBrokerServiceBlockingStub;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.util.concurrent.TimeUnit;

/** A connection to a server. */
final class Connection implements AutoCloseable {
  /** A server that takes longer than that for one answer is as good as gone. */
  private static final long ANSWER_SECONDS = 60;

  private static final int LARGEST_MESSAGE = 1 << 30;

  private final ManagedChannel channel;

  Connection(Address server) {
    channel =
        NettyChannelBuilder.forAddress(
                server.host(), server.port(), InsecureChannelCredentials.create())
            .maxInboundMessageSize(LARGEST_MESSAGE)
            .disableServiceConfigLookUp()
            .build();
  }

  /** For calls with one answer. */
  DataBrokerServiceBlockingStub calls() {
    return streams().withDeadlineAfter(ANSWER_SECONDS, TimeUnit.SECONDS);
  }

  /** For calls that may go on for ever. */
  DataBrokerServiceBlockingStub streams() {
    return DataBrokerServiceGrpc.newBlockingStub(channel);
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}

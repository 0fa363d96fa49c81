package io.databroker.server.cli;

import io.databroker.server.proto.DataBrokerServiceGrpc;
import io.databroker.server.proto.DataBrokerServiceGrpc.DataBrokerServiceBlockingStub;
import io.databroker.server.proto.ext.ConditionalServiceGrpc;
import io.databroker.server.proto.ext.ConditionalServiceGrpc.ConditionalServiceBlockingStub;
import io.grpc.ChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** Connection to a server. */
final class Connection implements AutoCloseable {
  /** Longest time for one answer; after that time, the server counts as unreachable. */
  private static final long ANSWER_SECONDS = 60;

  private static final int LARGEST_MESSAGE = 1 << 30;

  static {
    // Without this, preparing events for Flight Recorder takes a fifth of the time of a command.
    System.setProperty("io.grpc.netty.shaded.io.netty.jfr.enabled", "false");
  }

  private final Answers answers = new Answers();
  private final ManagedChannel channel;

  /**
   * @throws FailedException if there is no host of that name
   */
  Connection(Address server, ServerAccess access) throws FailedException {
    channel =
        builder(server, access.credentials())
            .intercept(access.interceptors())
            .intercept(answers)
            .maxInboundMessageSize(LARGEST_MESSAGE)
            .keepAliveTime(
                1,
                TimeUnit
                    .MINUTES) // only while a call is open: a watcher may get no message for days
            .disableServiceConfigLookUp()
            .build();
  }

  /**
   * Returns a builder. The library takes only host names that fit in a URI; others, such as
   * data_broker, are looked up here.
   */
  private static NettyChannelBuilder builder(Address server, ChannelCredentials credentials)
      throws FailedException {
    try {
      return NettyChannelBuilder.forAddress(server.host(), server.port(), credentials);
    } catch (IllegalArgumentException e) {
      try {
        byte[] address = InetAddress.getByName(server.host()).getAddress();
        return NettyChannelBuilder.forAddress(
            new InetSocketAddress(InetAddress.getByAddress(address), server.port()), credentials);
      } catch (UnknownHostException unknown) {
        throw new FailedException(
            String.format(Locale.ROOT, "unknown host %s; name another one", server.host()));
      }
    }
  }

  /** Returns stubs for calls with one answer. */
  DataBrokerServiceBlockingStub calls() {
    return streams().withDeadlineAfter(ANSWER_SECONDS, TimeUnit.SECONDS);
  }

  /** Returns stubs for writes under a condition, which only this project's server has. */
  ConditionalServiceBlockingStub conditional() {
    return ConditionalServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(ANSWER_SECONDS, TimeUnit.SECONDS);
  }

  /** Returns stubs for calls that may last for ever. */
  DataBrokerServiceBlockingStub streams() {
    return DataBrokerServiceGrpc.newBlockingStub(channel);
  }

  /** Reconnects with the next call, instead of after a pause that grows with each failure. */
  void retryAtOnce() {
    channel.resetConnectBackoff();
  }

  /** Returns whether the server has answered a call. */
  boolean isAnswered() {
    return answers.came();
  }

  /** Returns the channel; closed with the connection. */
  ManagedChannel channel() {
    return channel;
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}

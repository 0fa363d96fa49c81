package io.databroker.server.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Any;
import com.google.protobuf.UnsafeByteOperations;
import io.databroker.server.log.LogFormat;
import io.databroker.server.log.LogLevel;
import io.databroker.server.log.Logging;
import io.databroker.server.proto.DataBrokerServiceGrpc;
import io.databroker.server.proto.PutRequest;
import io.databroker.server.proto.Record;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

class LoggingTest {
  @Test
  void whatACallerDidIsNoNewsForTheOwner() throws Exception {
    RunningServer server = RunningServer.start();
    ByteArrayOutputStream log = new ByteArrayOutputStream();
    PrintStream err = new PrintStream(log, true, StandardCharsets.UTF_8);
    ManagedChannel channel =
        NettyChannelBuilder.forTarget(server.address, InsecureChannelCredentials.create()).build();
    try {
      var unused = Logging.to(err, LogLevel.INFO, LogFormat.TEXT);
      Any huge =
          Any.newBuilder().setValue(UnsafeByteOperations.unsafeWrap(new byte[136 << 20])).build();
      PutRequest request =
          PutRequest.newBuilder()
              .addRecords(Record.newBuilder().setType("a").setId("1").setData(huge))
              .build();
      assertThatThrownBy(
              () ->
                  DataBrokerServiceGrpc.newBlockingStub(channel)
                      .withDeadlineAfter(20, TimeUnit.SECONDS)
                      .put(request))
          .hasMessageContaining("exceeds maximum size");
      // Like gRPC when it writes to a watcher that has left.
      Logger.getLogger("io.grpc.netty.shaded.io.grpc.netty.NettyServerHandler")
          .log(Level.WARNING, "Stream Error");
      assertThat(log.toString(StandardCharsets.UTF_8)).isEmpty();
      Logger.getLogger("io.databroker").warning("seen");
      assertThat(log.toString(StandardCharsets.UTF_8)).endsWith(" WARN databroker: seen\n");
    } finally {
      channel.shutdownNow();
    }
    assertThat(server.stop()).isZero();
  }
}

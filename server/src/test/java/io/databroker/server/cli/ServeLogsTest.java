package io.databroker.server.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Empty;
import io.databroker.server.auth.TokenSigner;
import io.databroker.server.proto.CheckpointServiceGrpc;
import io.databroker.server.proto.DataBrokerServiceGrpc;
import io.databroker.server.proto.DataBrokerServiceGrpc.DataBrokerServiceBlockingStub;
import io.databroker.server.proto.Options;
import io.databroker.server.proto.PutRequest;
import io.databroker.server.proto.Record;
import io.databroker.server.proto.SetCheckpointRequest;
import io.databroker.server.proto.SetOptionsRequest;
import io.grpc.ClientInterceptor;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Log of a server, as its operator reads it. A gRPC client makes the calls, because the commands
 * run in the same process here and would silence the log.
 */
class ServeLogsTest {
  private ManagedChannel channel;

  @AfterEach
  void disconnect() {
    if (channel != null) {
      channel.shutdownNow();
    }
  }

  private DataBrokerServiceBlockingStub connect(RunningServer server, ClientInterceptor... signer) {
    channel =
        NettyChannelBuilder.forTarget(server.address, InsecureChannelCredentials.create())
            .intercept(signer)
            .build();
    return DataBrokerServiceGrpc.newBlockingStub(channel);
  }

  private static SetOptionsRequest options(String type) {
    return SetOptionsRequest.newBuilder()
        .setType(type)
        .setOptions(Options.newBuilder().setCapacity(2))
        .build();
  }

  private static PutRequest put(String id, String payload) {
    Any data = Any.newBuilder().setValue(ByteString.copyFromUtf8(payload)).build();
    return PutRequest.newBuilder()
        .addRecords(Record.newBuilder().setType("car").setId(id).setData(data))
        .build();
  }

  @Test
  void administrationLeavesALineWithWhoAndNothingOfTheContent(@TempDir Path folder)
      throws Exception {
    byte[] key = new byte[32];
    Arrays.fill(key, (byte) 9);
    String text = Base64.getEncoder().encodeToString(key);
    Path file = Files.writeString(folder.resolve("key"), text);
    RunningServer server =
        RunningServer.start("--shared-key-file", file.toString(), "--log-format", "json");
    TokenSigner signer = new TokenSigner(key, Clock.systemUTC());
    DataBrokerServiceBlockingStub client = connect(server, signer);
    client.put(put("7", "private"));
    client.setOptions(options("car"));
    assertThatThrownBy(() -> client.setOptions(options("")))
        .isInstanceOf(StatusRuntimeException.class);
    CheckpointServiceGrpc.newBlockingStub(channel)
        .setCheckpoint(SetCheckpointRequest.getDefaultInstance());
    client.clear(Empty.getDefaultInstance());
    assertThat(server.stop()).isZero();
    List<String> audit =
        server.log().lines().filter(line -> line.contains("\"logger\":\"audit\"")).toList();
    assertThat(audit).hasSize(4);
    assertThat(audit.get(0))
        .contains("\"message\":\"options\"", "\"type\":\"car\"", "\"outcome\":\"ok\"")
        .contains("\"who\":\"" + System.getProperty("user.name") + "\"")
        .contains("\"from\":\"127.0.0.1:");
    assertThat(audit.get(1)).contains("\"outcome\":\"invalid-argument\"");
    assertThat(audit.get(2)).contains("\"message\":\"checkpoint\"");
    assertThat(audit.get(3)).contains("\"message\":\"clear\"");
    assertThat(server.log())
        .doesNotContain("private")
        .doesNotContain(text)
        .doesNotContain(signer.token());
  }

  @Test
  void withoutATokenTheAddressIsWho() throws Exception {
    RunningServer server = RunningServer.start();
    connect(server).setOptions(options("a\nb\"c"));
    assertThat(server.stop()).isZero();
    assertThat(server.log())
        .containsPattern(
            "INFO audit: options who=\"(127\\.0\\.0\\.1:\\d+)\" from=\"\\1\" outcome=\"ok\""
                + " type=\"a\\\\u000ab\\\\\"c\"");
  }

  @Test
  void slowCallsAreLoggedWithoutTheirContent() throws Exception {
    RunningServer server = RunningServer.start("--log-slow-calls", "PT0.000000001S");
    connect(server).put(put("secret-id", "private"));
    assertThat(server.stop()).isZero();
    assertThat(server.log())
        .containsPattern(
            "WARN slow-calls: slow call method=\"databroker.DataBrokerService/Put\""
                + " millis=\"\\d+\" status=\"OK\" from=\"127\\.0\\.0\\.1:\\d+\"")
        .doesNotContain("secret-id")
        .doesNotContain("private");
  }

  @Test
  void callsThatAreNotSlowAreNotLogged() throws Exception {
    RunningServer server = RunningServer.start("--log-slow-calls", "1h");
    connect(server).put(put("7", "x"));
    assertThat(server.stop()).isZero();
    assertThat(server.log()).doesNotContain("slow call");
  }

  @Test
  void aLevelThatDoesNotExistIsRefused() {
    Cli told = Cli.run("serve", "--log-level", "loud");
    assertThat(told.code()).isEqualTo(2);
    assertThat(told.err()).contains("'loud' is none of error, warn, info, debug, trace");
  }
}

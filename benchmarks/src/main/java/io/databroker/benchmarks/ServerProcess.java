package io.databroker.benchmarks;

import io.databroker.server.Databroker;
import io.databroker.server.auth.TokenSigner;
import io.databroker.server.proto.DataBrokerServiceGrpc;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Server in a separate process, with a connection to it. */
final class ServerProcess implements AutoCloseable {
  private static final Pattern PORT = Pattern.compile("listen=.*:(\\d+)");

  private final Process process;
  private final ManagedChannel channel;
  private final Channel calls;

  /** Starts the server and waits until it prints its port. */
  ServerProcess(Class<?> main, String... arguments) throws IOException {
    this(main, null, arguments);
  }

  /** Starts our server with a shared key; each call has a token that is signed with it. */
  static ServerProcess withKey(byte[] key) throws IOException {
    return new ServerProcess(Databroker.class, key, "serve", "--listen", "127.0.0.1:0");
  }

  private ServerProcess(Class<?> main, byte @Nullable [] key, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElse("java"));
    command.addAll(List.of("-Xms1g", "-Xmx1g", "-XX:+AlwaysPreTouch"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(main.getName());
    command.addAll(Arrays.asList(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
    if (key != null) {
      builder.environment().put("DATABROKER_SHARED_KEY", Base64.getEncoder().encodeToString(key));
    }
    process = builder.start();
    BufferedReader said = process.inputReader(StandardCharsets.UTF_8);
    String line;
    do {
      line = said.readLine();
      if (line == null) {
        throw new IOException(main.getName() + " ended before it listened");
      }
    } while (!PORT.matcher(line).find());
    Matcher port = PORT.matcher(line);
    if (!port.find()) {
      throw new IOException("no port in " + line);
    }
    channel =
        Grpc.newChannelBuilderForAddress(
                "127.0.0.1", Integer.parseInt(port.group(1)), InsecureChannelCredentials.create())
            .build();
    calls =
        key == null
            ? channel
            : ClientInterceptors.intercept(channel, new TokenSigner(key, Clock.systemUTC()));
  }

  DataBrokerServiceGrpc.DataBrokerServiceStub calls() {
    return DataBrokerServiceGrpc.newStub(calls);
  }

  DataBrokerServiceGrpc.DataBrokerServiceBlockingStub blocking() {
    return DataBrokerServiceGrpc.newBlockingStub(calls);
  }

  /** Returns the processor time used so far. */
  Duration cpu() {
    return process.toHandle().info().totalCpuDuration().orElseThrow();
  }

  @Override
  public void close() {
    channel.shutdownNow();
    process.destroyForcibly();
  }
}

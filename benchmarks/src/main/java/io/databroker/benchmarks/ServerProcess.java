package io.databroker.benchmarks;

import io.databroker.server.Databroker;
import io.databroker.server.auth.TokenSigner;
import io.databroker.server.proto.DataBrokerServiceGrpc;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
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
  private final ManagedChannel watching;
  private final Channel calls;

  /** Starts the server and waits until it prints its port. */
  ServerProcess(Class<?> main, String... arguments) throws IOException {
    this(List.of(), main, null, arguments);
  }

  /**
   * Starts a server by a command.
   *
   * @param prefix the words before the command, such as those that pin it to a core
   */
  ServerProcess(List<String> prefix, Class<?> main, String... arguments) throws IOException {
    this(prefix, main, null, arguments);
  }

  /** Starts our server with a shared key; each call has a token that is signed with it. */
  static ServerProcess withKey(byte[] key) throws IOException {
    return new ServerProcess(List.of(), Databroker.class, key, "serve", "--listen", "127.0.0.1:0");
  }

  private ServerProcess(
      List<String> prefix, Class<?> main, byte @Nullable [] key, String... arguments)
      throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command(prefix, main, arguments))
            .redirectError(ProcessBuilder.Redirect.DISCARD);
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
    Matcher listening = PORT.matcher(line);
    if (!listening.find()) {
      throw new IOException("no port in " + line);
    }
    int port = Integer.parseInt(listening.group(1));
    channel = connection(port).build();
    watching = connection(port).directExecutor().build();
    calls =
        key == null
            ? channel
            : ClientInterceptors.intercept(channel, new TokenSigner(key, Clock.systemUTC()));
  }

  /** Returns the command that runs a class in a JVM of its own. */
  static List<String> command(List<String> prefix, Class<?> main, String... arguments) {
    List<String> command = new ArrayList<>(prefix);
    command.add(ProcessHandle.current().info().command().orElse("java"));
    command.addAll(List.of("-Xms1g", "-Xmx1g", "-XX:+AlwaysPreTouch"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(main.getName());
    command.addAll(Arrays.asList(arguments));
    return command;
  }

  private static ManagedChannelBuilder<?> connection(int port) {
    return Grpc.newChannelBuilderForAddress("127.0.0.1", port, InsecureChannelCredentials.create());
  }

  /** Returns calls on a connection of their own, which it opens; answers come on its thread. */
  DataBrokerServiceGrpc.DataBrokerServiceStub watching() {
    return DataBrokerServiceGrpc.newStub(watching);
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
    watching.shutdownNow();
    process.destroyForcibly();
  }
}

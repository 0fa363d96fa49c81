package io.databroker.benchmarks;

import io.databroker.server.proto.DataBrokerServiceGrpc;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Server in a separate process, with a connection to it. */
final class ServerProcess implements AutoCloseable {
  private static final Pattern PORT = Pattern.compile("listen=.*:(\\d+)");

  private final Process process;
  private final ManagedChannel channel;

  /** Starts the server and waits until it prints its port. */
  ServerProcess(Class<?> main, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElse("java"));
    command.addAll(List.of("-Xms1g", "-Xmx1g", "-XX:+AlwaysPreTouch"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(main.getName());
    command.addAll(Arrays.asList(arguments));
    process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
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
  }

  DataBrokerServiceGrpc.DataBrokerServiceStub calls() {
    return DataBrokerServiceGrpc.newStub(channel);
  }

  DataBrokerServiceGrpc.DataBrokerServiceBlockingStub blocking() {
    return DataBrokerServiceGrpc.newBlockingStub(channel);
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

package io.databroker.server.attack;

import io.databroker.server.Databroker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** {@code databroker serve} in its own process. */
final class ServerProcess implements AutoCloseable {
  private static final List<String> FOR_OFFHEAP =
      List.of(
          "--add-opens=java.base/java.lang=ALL-UNNAMED",
          "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED",
          "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
          "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED",
          "--enable-native-access=ALL-UNNAMED",
          "-XX:+IgnoreUnrecognizedVMOptions",
          "--sun-misc-unsafe-memory-access=allow");

  final int port;
  private final Process process;
  private final Path log;

  private ServerProcess(Process process, Path log, int port) {
    this.process = process;
    this.log = log;
    this.port = port;
  }

  static ServerProcess start(Path log, List<String> jvm, List<String> options) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(FOR_OFFHEAP);
    command.add("-XX:+ExitOnOutOfMemoryError");
    command.addAll(jvm);
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(Databroker.class.getName(), "serve", "--listen", "127.0.0.1:0"));
    command.addAll(options);
    Process process = new ProcessBuilder(command).redirectError(log.toFile()).start();
    String ready = process.inputReader().readLine();
    if (ready == null || !ready.startsWith("databroker ready: ")) {
      process.destroyForcibly();
      throw new IOException("not ready: " + ready + "; its log: " + Files.readString(log));
    }
    int port = Integer.parseInt(ready.substring(ready.lastIndexOf(':') + 1));
    return new ServerProcess(process, log, port);
  }

  boolean isAlive() {
    return process.isAlive();
  }

  String log() throws IOException {
    return Files.readString(log);
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}

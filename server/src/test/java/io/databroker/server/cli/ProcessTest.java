package io.databroker.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.server.Databroker;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The server in its own process. */
class ProcessTest {
  private static final String READY = "databroker ready: backend=inmemory listen=";

  @TempDir Path folder;
  private final List<Process> processes = new ArrayList<>();

  @AfterEach
  void endAll() {
    processes.forEach(Process::destroyForcibly);
  }

  private static List<String> jvmOptions() {
    List<String> options = new ArrayList<>();
    for (String option : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      if (option.startsWith("--add-")) {
        options.add(option);
      }
    }
    // Same options as the script and the jar, so that newer Javas do not warn.
    options.add("-XX:+IgnoreUnrecognizedVMOptions");
    options.add("--sun-misc-unsafe-memory-access=allow");
    options.add("--enable-native-access=ALL-UNNAMED");
    return options;
  }

  private Process databroker(String log, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(jvmOptions());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(Databroker.class.getName());
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command).redirectError(folder.resolve(log).toFile()).start();
    processes.add(process);
    return process;
  }

  private String log(String name) throws IOException {
    return Files.readString(folder.resolve(name));
  }

  @Test
  void sigtermEndsItSoonAlsoWithWatchers() throws Exception {
    Process server = databroker("server", "serve", "--listen", "127.0.0.1:0");
    String ready = server.inputReader().readLine();
    assertThat(ready).as(log("server")).startsWith(READY);
    String address = ready.substring(READY.length());

    Process watcher = databroker("watcher", "watch", "--server", address);
    assertThat(Cli.run("put", "car", "7", "{}", "--server", address).code()).isZero();
    BufferedReader told = watcher.inputReader();
    assertThat(told.readLine()).contains("\"id\":\"7\"");

    long begin = System.nanoTime();
    server.destroy(); // SIGTERM
    assertThat(server.waitFor(20, TimeUnit.SECONDS)).isTrue();
    Duration took = Duration.ofNanos(System.nanoTime() - begin);
    assertThat(server.exitValue()).as(log("server")).isZero();
    assertThat(took).isLessThan(Duration.ofSeconds(5));
    // One line for each event, without stack traces.
    assertThat(log("server").lines()).last().asString().endsWith(" INFO server: stopped");
    assertThat(log("server").lines())
        .allMatch(line -> line.matches("\\d{4}-\\d\\d-\\d\\dT\\S+Z [A-Z]+ \\w+: .+"));
    assertThat(watcher.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(watcher.exitValue()).isEqualTo(1);
    assertThat(log("watcher"))
        .isEqualTo("databroker: %s: the server is stopping; connect again%n".formatted(address));
  }

  @Test
  void aHangUpWhileTheStoreOpensDoesNotEndTheProcess() throws Exception {
    Path config = Files.writeString(folder.resolve("databroker.yaml"), "backend: postgres\n");
    Process server;
    try (ServerSocket engine = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      String url = "url=jdbc:postgresql://127.0.0.1:" + engine.getLocalPort() + "/a";
      server =
          databroker(
              "server", "serve", "--config", config.toString(), "--set", url, "--set", "user=a");
      engine.setSoTimeout(60_000);
      try (Socket opening = engine.accept()) {
        long pid = server.pid();
        assertThat(new ProcessBuilder("kill", "-HUP", Long.toString(pid)).start().waitFor())
            .isZero();
        opening.setSoTimeout(60_000);
        assertThat(opening.getInputStream().read()).isNotEqualTo(-1);
      }
    }
    assertThat(server.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(server.exitValue()).as(log("server")).isEqualTo(1);
  }

  @Test
  void noLibraryAdvertisesInTheLog() throws Exception {
    Process server =
        databroker("server", "serve", "--listen", "127.0.0.1:0", "--backend", "offheap");
    assertThat(server.inputReader().readLine())
        .as(log("server"))
        .startsWith("databroker ready: backend=offheap");
    assertThat(log("server").lines()).allMatch(line -> line.contains(" INFO Databroker: opened "));
  }
}

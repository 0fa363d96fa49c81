package io.databroker.server.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** {@code databroker serve} on a thread of this process. */
final class RunningServer {
  final String address;
  private final Thread thread;
  private final CompletableFuture<Integer> code;
  private final ByteArrayOutputStream log;

  private RunningServer(
      String address, Thread thread, CompletableFuture<Integer> code, ByteArrayOutputStream log) {
    this.address = address;
    this.log = log;
    this.thread = thread;
    this.code = code;
  }

  static RunningServer start(String... options) throws IOException {
    return startAt("127.0.0.1:0", options);
  }

  static RunningServer startAt(String listen, String... options) throws IOException {
    List<String> arguments = new ArrayList<>(List.of("serve", "--listen", listen));
    arguments.addAll(List.of(options));
    PipedInputStream out = new PipedInputStream();
    PipedOutputStream to = new PipedOutputStream(out);
    ByteArrayOutputStream log = new ByteArrayOutputStream();
    Terminal terminal =
        new Terminal(
            new ByteArrayInputStream(new byte[0]),
            to,
            new PrintStream(log, true, StandardCharsets.UTF_8),
            false,
            false);
    CompletableFuture<Integer> code = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              code.complete(DatabrokerCommand.run(terminal, arguments.toArray(String[]::new)));
              try {
                to.close(); // so that a reader of the first line does not wait for ever
              } catch (IOException e) {
                code.completeExceptionally(e);
              }
            });
    thread.start();
    String ready = readLine(out);
    if (!ready.matches("databroker ready: backend=\\w+ listen=.*")) {
      throw new AssertionError("not ready: " + ready);
    }
    return new RunningServer(ready.replaceAll(".* listen=", ""), thread, code, log);
  }

  private static String readLine(PipedInputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
      line.append((char) c);
    }
    return line.toString();
  }

  /** Returns the lines that it has logged. */
  String log() {
    return log.toString(StandardCharsets.UTF_8);
  }

  Cli ask(String... arguments) {
    return Cli.run(with(arguments));
  }

  String[] with(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--server", address));
    return all.toArray(String[]::new);
  }

  int stop() throws Exception {
    thread.interrupt();
    return code.get(20, TimeUnit.SECONDS);
  }
}

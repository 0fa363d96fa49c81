package io.databroker.server.cli;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Program that runs a server and each kind of command once, in one JVM. The launcher puts the
 * classes that it loads into an archive, with which commands start sooner.
 *
 * <p><b>Thread-safety:</b> stateless.
 */
public final class Rehearsal {
  private static final String RECORD =
      "{\"type\":\"car\",\"id\":\"7\",\"data\":{\"a\":[1,\"b\"]}}\n";

  private static final String[][] COMMANDS = {
    {"--help"},
    {"put", "car", "7", "{\"a\":1}"},
    {"import", "-"},
    {"get", "car", "7"},
    {"get", "car", "none"},
    {"types"},
    {"query", "--filter", "{\"id\":\"7\"}"},
    {"watch", "--no-wait"},
    {"export"},
    {"info"},
    {"delete", "car", "7"}
  };

  private Rehearsal() {}

  /** Runs the commands; the exit code is 0 if all succeeded. */
  public static void main(String[] arguments) throws IOException {
    String[] serve = {"serve", "--listen", "127.0.0.1:0"};
    try (PipedInputStream ready = new PipedInputStream()) {
      PipedOutputStream out = new PipedOutputStream(ready);
      Thread server = new Thread(() -> run(out, serve), "databroker-rehearsal");
      server.setDaemon(true);
      server.start();
      String line =
          new BufferedReader(new InputStreamReader(ready, StandardCharsets.UTF_8)).readLine();
      String address = line.substring(line.lastIndexOf('=') + 1);
      for (String[] command : COMMANDS) {
        List<String> all = new ArrayList<>(List.of(command));
        if (command.length > 1 || !command[0].equals("--help")) {
          all.addAll(List.of("--server", address));
        }
        run(OutputStream.nullOutputStream(), all.toArray(String[]::new));
      }
    }
    System.exit(ExitCodes.DONE);
  }

  private static void run(OutputStream out, String... arguments) {
    Terminal terminal =
        new Terminal(
                new ByteArrayInputStream(RECORD.getBytes(StandardCharsets.UTF_8)),
                out,
                new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8),
                false,
                false)
            .withEnvironment(Map.of()); // the operator's store is not opened
    int unused = DatabrokerCommand.run(terminal, arguments);
  }
}

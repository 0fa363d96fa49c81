package io.databroker.server.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** A command run in this process. */
record Cli(int code, String out, String err) {

  static Cli run(String... arguments) {
    return run(new ByteArrayInputStream(new byte[0]), arguments);
  }

  static Cli run(InputStream in, String... arguments) {
    return run(in, false, arguments);
  }

  static Cli onTerminal(InputStream in, String... arguments) {
    return run(in, true, arguments);
  }

  private static Cli run(InputStream in, boolean terminal, String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream errors = new PrintStream(err, true, StandardCharsets.UTF_8);
    int code = DatabrokerCommand.run(new Terminal(in, out, errors, terminal, terminal), arguments);
    return new Cli(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  /** Runs a command with these variables alone. */
  static Cli with(Map<String, String> environment, String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream errors = new PrintStream(err, true, StandardCharsets.UTF_8);
    Terminal terminal =
        new Terminal(InputStream.nullInputStream(), out, errors, false, false)
            .withEnvironment(environment);
    int code = DatabrokerCommand.run(terminal, arguments);
    return new Cli(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  static InputStream text(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }

  List<String> lines() {
    return out.lines().toList();
  }
}

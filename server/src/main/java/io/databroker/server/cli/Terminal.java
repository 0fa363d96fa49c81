package io.databroker.server.cli;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * Streams that a command reads and writes, and the variables of its environment.
 *
 * @param in standard input
 * @param out standard output, unbuffered
 * @param err standard error
 * @param outIsTerminal whether {@code out} is a terminal
 * @param errIsTerminal whether {@code err} is a terminal
 * @param needsReader returns whether a write to {@code out} needs a reader to succeed
 * @param environment the variables of the process
 */
record Terminal(
    InputStream in,
    OutputStream out,
    PrintStream err,
    boolean outIsTerminal,
    boolean errIsTerminal,
    BooleanSupplier needsReader,
    Map<String, String> environment) {

  /** Creates a terminal whose standard output is a pipe. */
  Terminal(
      InputStream in,
      OutputStream out,
      PrintStream err,
      boolean outIsTerminal,
      boolean errIsTerminal) {
    this(in, out, err, outIsTerminal, errIsTerminal, () -> true, System.getenv());
  }

  /** Returns the same streams with other variables. */
  Terminal withEnvironment(Map<String, String> other) {
    return new Terminal(in, out, err, outIsTerminal, errIsTerminal, needsReader, other);
  }

  /**
   * Returns the streams of the process. Java cannot distinguish a terminal from a file, so the
   * start script passes the terminals: {@code -Ddatabroker.terminal=out,err}.
   */
  static Terminal ofProcess() {
    List<String> terminals = List.of(System.getProperty("databroker.terminal", "").split(","));
    return new Terminal(
        InputFile.inOrder(new FileInputStream(FileDescriptor.in)),
        new FileOutputStream(FileDescriptor.out),
        new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8),
        terminals.contains("out"),
        terminals.contains("err"),
        StandardStreams::outHasReaders,
        System.getenv());
  }

  /** Tells the user something on standard error. */
  void tell(String message) {
    err.println("databroker: " + message);
  }

  /** Returns a writer of lines to standard output; closing it flushes them. */
  Output output() {
    return new Output(out, needsReader);
  }
}

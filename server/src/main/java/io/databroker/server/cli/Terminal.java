package io.databroker.server.cli;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Where a command reads and writes.
 *
 * @param in standard input
 * @param out standard output, unbuffered: it fails when nobody reads any more
 * @param err standard error
 * @param outIsTerminal whether people look at {@code out}
 * @param errIsTerminal whether people look at {@code err}
 */
record Terminal(
    InputStream in,
    OutputStream out,
    PrintStream err,
    boolean outIsTerminal,
    boolean errIsTerminal) {

  /**
   * That of the process. Java cannot tell a terminal from a file, so the script that starts it says
   * which are: {@code -Ddatabroker.terminal=out,err}.
   */
  static Terminal ofProcess() {
    List<String> terminals = List.of(System.getProperty("databroker.terminal", "").split(","));
    return new Terminal(
        new FileInputStream(FileDescriptor.in),
        new FileOutputStream(FileDescriptor.out),
        new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8),
        terminals.contains("out"),
        terminals.contains("err"));
  }

  /** Lines to standard output; close it to have them all written. */
  Output output() {
    return new Output(out);
  }
}

package io.databroker.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;

/** Captures the output of a program. */
final class Printed {
  /** A program. */
  interface Program {
    void run(String... arguments) throws Exception;
  }

  private Printed() {}

  static List<String> by(Program program, String... arguments) throws Exception {
    PrintStream console = System.out;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    System.setOut(new PrintStream(printed, true, UTF_8));
    try {
      program.run(arguments);
    } finally {
      System.setOut(console);
    }
    return printed.toString(UTF_8).lines().toList();
  }
}

package io.databroker.tck.history;

import io.databroker.api.Changes;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Saves a history as a text file: the state before it in the first line, then one operation per
 * line, then an end line. A line is a row of words separated by spaces; names and payloads are
 * escaped so that they contain no space.
 */
public final class HistoryFile {
  private static final String HEADING = "databroker-history-3";
  private static final String END = "end";

  private HistoryFile() {}

  /** Writes a history. */
  public static void write(Path file, History history) throws IOException {
    List<String> lines = new ArrayList<>();
    lines.add(HEADING);
    LineWriter start = new LineWriter();
    start.add(history.start().serverVersion()).add(history.start().latest());
    start.add(history.start().exact()).options(history.start().options());
    start.records(history.start().records()).checkpoint(history.start().checkpoint());
    lines.add(start.line());
    for (Operation operation : history.operations()) {
      lines.add(new LineWriter().operation(operation).line());
    }
    lines.add(END);
    Files.write(file, lines);
  }

  /** Returns the line of an operation. */
  public static String line(Operation operation) {
    return new LineWriter().operation(operation).line();
  }

  /** Reads the line of an operation. */
  public static Operation operation(String line) {
    return new LineReader(line).operation();
  }

  /** Returns the line of an answer of a feed. */
  public static String line(Changes changes) {
    return new LineWriter().changes(changes).line();
  }

  /** Reads the line of an answer of a feed. */
  public static Changes changes(String line) {
    return new LineReader(line).changes();
  }

  /** Returns whether a file claims to be a history. */
  public static boolean isOne(Path file) {
    try {
      return begins(file);
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean begins(Path file) throws IOException {
    try (InputStream bytes = Files.newInputStream(file)) {
      byte[] heading = (HEADING + System.lineSeparator()).getBytes(StandardCharsets.UTF_8);
      return Arrays.equals(bytes.readNBytes(heading.length), heading);
    }
  }

  /**
   * Reads a history.
   *
   * @throws IllegalArgumentException if the file is not a history; the message names the line
   */
  public static History read(Path file) throws IOException {
    if (!begins(file)) {
      throw new IllegalArgumentException(file + " is not a history: it must begin with " + HEADING);
    }
    List<String> lines = Files.readAllLines(file);
    if (lines.size() < 3 || !lines.get(lines.size() - 1).equals(END)) {
      throw new IllegalArgumentException(file + " ends too early: its last line must be " + END);
    }
    int number = 1;
    try {
      LineReader first = new LineReader(lines.get(1));
      History.Start start = first.start();
      List<Operation> operations = new ArrayList<>();
      for (number = 2; number < lines.size() - 1; number++) {
        operations.add(new LineReader(lines.get(number)).operation());
      }
      return new History(start, operations);
    } catch (RuntimeException e) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "line %d of %s is not of a history: %s", number + 1, file, e),
          e);
    }
  }
}

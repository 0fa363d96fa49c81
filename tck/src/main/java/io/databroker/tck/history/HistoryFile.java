package io.databroker.tck.history;

import io.databroker.api.Changes;
import io.databroker.tck.text.Texts;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Saves {@link Evidence} as a text file: a heading, a line for each thing recorded, and an end
 * line. A line is a row of words separated by spaces; the first word names its kind; names and
 * payloads are escaped so that they contain no space.
 *
 * <p>It writes format 4, and also reads format 3, which had only the start and the operations.
 */
public final class HistoryFile {
  private static final String NAME = "databroker-history-";
  private static final int FORMAT = 4;
  private static final int OLDEST = 3;
  private static final int LONGEST_HEADING = NAME.length() + 11;
  private static final String END = "end";

  private HistoryFile() {}

  /** Writes the history of calls. */
  public static void write(Path file, History history) throws IOException {
    write(file, Evidence.of(history, null, List.of()));
  }

  /** Writes everything recorded. */
  public static void write(Path file, Evidence evidence) throws IOException {
    try (BufferedWriter out = Files.newBufferedWriter(file)) {
      write(out, NAME + FORMAT);
      History history = evidence.history();
      if (history != null) {
        write(out, line("start").start(history.start()).line());
        for (Operation operation : history.operations()) {
          write(out, line("call").operation(operation).line());
        }
      }
      Followed all = evidence.all();
      if (all != null) {
        write(out, line("feed-of-all").followed(all).line());
      }
      for (Followed feed : evidence.feeds()) {
        write(out, line("feed").followed(feed).line());
      }
      Closing closing = evidence.closing();
      if (closing != null) {
        write(out, line("close").closing(closing).line());
      }
      Holdings holdings = evidence.holdings();
      if (holdings != null) {
        write(out, line("leases").add(holdings.margin()).line());
        for (LeaseCall call : holdings.calls()) {
          write(out, line("lease").lease(call).line());
        }
      }
      for (String seen : evidence.observed()) {
        write(out, line("observed").text(seen).line());
      }
      write(out, END);
    }
  }

  private static void write(Writer out, String line) throws IOException {
    out.write(line);
    out.write('\n');
  }

  private static LineWriter line(String kind) {
    return new LineWriter().add(kind);
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

  /** Returns whether a file claims to be a history, of any format. */
  public static boolean isOne(Path file) {
    try {
      return format(file) > 0;
    } catch (IOException e) {
      return false;
    }
  }

  /** Returns the format that the first line names; 0 if the file is not a history. */
  private static int format(Path file) throws IOException {
    String begin;
    try (InputStream bytes = Files.newInputStream(file)) {
      begin = new String(bytes.readNBytes(LONGEST_HEADING), StandardCharsets.ISO_8859_1);
    }
    int end = begin.indexOf('\n');
    String heading = end < 0 ? "" : begin.substring(0, end).strip();
    String number = heading.startsWith(NAME) ? heading.substring(NAME.length()) : "";
    return number.matches("[1-9][0-9]{0,7}") ? Integer.parseInt(number) : 0;
  }

  /**
   * Reads a file.
   *
   * @throws IllegalArgumentException if the file is not a history, or of an unknown format; the
   *     message names the line
   */
  public static Evidence read(Path file) throws IOException {
    int format = format(file);
    if (format == 0) {
      throw new IllegalArgumentException(
          file + " is not a history: it must begin with " + NAME + FORMAT);
    }
    if (format < OLDEST || format > FORMAT) {
      throw new IllegalArgumentException(
          Texts.format(
              "%s is a history of format %d, and this kit reads %d and %d; judge it with the kit"
                  + " that wrote it",
              file, format, OLDEST, FORMAT));
    }
    List<String> lines = Files.readAllLines(file);
    if (lines.size() < 2 || !lines.get(lines.size() - 1).equals(END)) {
      throw new IllegalArgumentException(file + " ends too early: its last line must be " + END);
    }
    Parts parts = new Parts();
    int number = 1;
    try {
      for (; number < lines.size() - 1; number++) {
        LineReader line = new LineReader(lines.get(number));
        parts.add(format == OLDEST ? number == 1 ? "start" : "call" : line.word(), line);
      }
      return parts.evidence();
    } catch (RuntimeException e) {
      throw new IllegalArgumentException(
          Texts.format("line %d of %s is not a line of a history: %s", number + 1, file, e), e);
    }
  }

  /** Number of lines read so far. */
  private static final class Parts {
    private final List<Operation> operations = new ArrayList<>();
    private final List<Followed> feeds = new ArrayList<>();
    private final List<LeaseCall> leases = new ArrayList<>();
    private final List<String> observed = new ArrayList<>();
    private History.@Nullable Start start;
    private @Nullable Followed all;
    private @Nullable Closing closing;
    private @Nullable Duration margin;

    void add(String kind, LineReader line) {
      switch (kind) {
        case "start" -> start = line.start();
        case "call" -> operations.add(line.operation());
        case "feed" -> feeds.add(line.followed());
        case "feed-of-all" -> all = line.followed();
        case "close" -> closing = line.closing();
        case "leases" -> margin = line.duration();
        case "lease" -> leases.add(line.lease());
        case "observed" -> observed.add(line.text());
        default -> throw new IllegalArgumentException("no line begins with " + kind);
      }
    }

    Evidence evidence() {
      if (start == null && !operations.isEmpty()) {
        throw new IllegalArgumentException("calls without a start");
      }
      if (margin == null && !leases.isEmpty()) {
        throw new IllegalArgumentException("leases without their margin");
      }
      return new Evidence(
          start == null ? null : new History(start, operations),
          all,
          feeds,
          closing,
          margin == null ? null : new Holdings(leases, margin),
          observed);
    }
  }
}

package io.databroker.server.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Rows under a header, in columns. The first rows set the widths, so that a stream of rows is shown
 * at once without being collected; a wider row later widens its columns.
 *
 * <p><b>Thread-safety:</b> none; used by one thread.
 */
final class Table {
  /** Number of rows collected to find the widths. */
  private static final int ROWS = 200;

  /** Widest column; a longer text shifts the columns after it. */
  private static final int WIDEST = 48;

  private static final String GAP = "  ";

  private final Output output;
  private final List<List<String>> rows = new ArrayList<>();
  private final int[] widths;

  Table(Output output, String... header) {
    this.output = output;
    this.widths = new int[header.length];
    rows.add(List.of(header));
  }

  /** Adds a row with a text for each column. */
  void row(String... cells) throws ReaderGoneException, FailedException {
    rows.add(Stream.of(cells).map(ErrorLine::printable).toList());
    if (rows.size() >= ROWS) {
      flush();
    }
  }

  /** Writes the collected rows. */
  void flush() throws ReaderGoneException, FailedException {
    for (List<String> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], Math.min(WIDEST, width(row.get(i))));
      }
    }
    for (List<String> row : rows) {
      output.line(line(row));
    }
    rows.clear();
  }

  private String line(List<String> row) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < row.size(); i++) {
      line.append(row.get(i));
      if (i < row.size() - 1) {
        line.append(" ".repeat(Math.max(0, widths[i] - width(row.get(i))))).append(GAP);
      }
    }
    return line.toString().stripTrailing();
  }

  private static int width(String text) {
    return text.codePointCount(0, text.length());
  }
}

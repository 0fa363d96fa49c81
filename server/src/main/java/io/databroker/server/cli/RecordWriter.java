package io.databroker.server.cli;

import io.databroker.server.json.RecordLine;
import io.databroker.server.proto.Record;
import org.jspecify.annotations.Nullable;

/**
 * Writer of records, as lines of JSON or as a table.
 *
 * <p><b>Thread-safety:</b> none; used by one thread.
 */
final class RecordWriter {
  private final Output output;

  /** Table of the records; null for lines of JSON. */
  private final @Nullable Table table;

  RecordWriter(Output output, Layout layout) {
    this.output = output;
    this.table =
        layout == Layout.TABLE
            ? new Table(output, "TYPE", "ID", "VERSION", "MODIFIED", "DELETED", "DATA")
            : null;
  }

  void write(Record record) throws ReaderGoneException, FailedException {
    if (table == null) {
      output.line(RecordLine.of(record));
      return;
    }
    table.row(
        record.getType(),
        record.getId(),
        Long.toUnsignedString(record.getVersion()),
        record.hasModifiedAt() ? RecordLine.time(record.getModifiedAt()) : "",
        record.hasDeletedAt() ? "yes" : "",
        RecordLine.dataOf(record));
  }

  /** Writes out the records so far, for a reader that waits for them. */
  void flush() throws ReaderGoneException, FailedException {
    if (table != null) {
      table.flush();
    }
    output.flush();
  }
}

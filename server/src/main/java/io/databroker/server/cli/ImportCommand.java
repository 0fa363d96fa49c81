package io.databroker.server.cli;

import io.databroker.server.json.JsonException;
import io.databroker.server.json.RecordLine;
import io.databroker.server.proto.Record;
import java.io.InputStream;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Command that stores many records. */
@Command(
    name = "import",
    description = {
      "Stores many records, one line of JSON each.",
      "A line with deletedAt is a delete; version and modifiedAt are ignored: the server sets new",
      "ones. Records are stored in batches, each whole or not at all, of up to 1000 "
          + "records; a batch",
      "ends early when no more input has arrived. A bad line ends the import; earlier batches stay."
    },
    footer = {
      "",
      "Examples:",
      "  databroker import records.jsonl",
      "  echo '{\"type\":\"car\",\"id\":\"7\",\"data\":{\"color\":\"blue\"}}' | databroker import -"
    })
final class ImportCommand extends RemoteCommand {
  @Parameters(paramLabel = "FILE|-", description = "The file to read; - is standard input.")
  private String file = "";

  ImportCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  void ask(Connection connection, Output output) throws Exception {
    try (InputStream in = file.equals("-") ? terminal.in() : InputFile.open(file)) {
      store(new Lines(in), new ImportBatch(connection, terminal, this::message), output);
    }
  }

  private static void store(Lines lines, ImportBatch batch, Output output) throws Exception {
    long begin = System.nanoTime();
    try {
      for (String line = lines.next(); line != null; line = lines.next()) {
        if (!line.isBlank()) {
          batch.add(record(lines.number(), line), lines.number());
        }
        if (!lines.moreAtHand()) {
          batch.send();
        }
      }
      batch.send();
    } catch (FailedException e) {
      throw new FailedException(e.getMessage() + "; stored before that: " + batch.stored());
    } finally {
      batch.endProgress();
    }
    double seconds = (System.nanoTime() - begin) / 1e9;
    output.line(
        String.format(
            Locale.ROOT,
            "stored %d records in %.1f s, %.0f a second",
            batch.stored(),
            seconds,
            batch.stored() / seconds));
  }

  private static Record record(long number, String line) throws FailedException {
    try {
      return RecordLine.parse(line);
    } catch (JsonException e) {
      throw new FailedException("line " + number + ": " + e.getMessage());
    }
  }
}

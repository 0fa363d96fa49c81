package io.databroker.server.cli;

import picocli.CommandLine.Option;

/** Option of commands that show records. */
final class RecordFormat {
  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      defaultValue = "json",
      description = "Show records as json, one per line, or as a table; json if not given.")
  private Layout layout = Layout.JSON;

  /** Returns a writer of records in this format. */
  RecordWriter to(Output output) {
    return new RecordWriter(output, layout);
  }
}

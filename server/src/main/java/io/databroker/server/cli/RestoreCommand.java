package io.databroker.server.cli;

import io.databroker.host.copy.Backup;
import io.databroker.host.copy.CopyEnd;
import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Command that restores a backup file. */
@Command(
    name = "restore",
    description = {
      "Restores a backup into a store, as a new history.",
      "The whole file is checked before anything changes. Records keep their times and the order"
          + " of",
      "their writes, and get new versions. Followers of the store must start over.",
      "If the command is interrupted, run it again with --replace.",
      StoreCommand.STORE_IS
    },
    footer = {
      "",
      "Examples:",
      "  databroker restore --to offheap:directory=data data.backup",
      "  databroker restore --to 127.0.0.1:5443 --replace data.backup"
    })
final class RestoreCommand extends StoreCommand {
  @Parameters(paramLabel = "FILE", description = "The backup to restore.")
  private Path file;

  @Option(
      names = "--to",
      paramLabel = EndSpec.LABEL,
      required = true,
      converter = EndSpec.Converter.class,
      description = "The store to restore into.")
  private EndSpec to;

  @Option(names = "--replace", description = "Remove what the store holds.")
  private boolean replace;

  @SuppressWarnings("NullAway.Init") // picocli sets the options
  RestoreCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run(Output output) throws Exception {
    try (CopyEnd end = open(to)) {
      Backup backup = Backup.restore(file, end, replace, new ProgressLines(terminal));
      output.line(
          String.format(
              Locale.ROOT,
              "restored: %d records into %s, history %s",
              backup.records(),
              to.text(),
              Long.toUnsignedString(end.versions().serverVersion())));
    }
    return ExitCodes.DONE;
  }
}

package io.databroker.server.cli;

import io.databroker.host.copy.Backup;
import io.databroker.host.copy.CopyEnd;
import io.databroker.host.copy.UnfinishedMark;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Command that restores a backup file. */
@Command(
    name = "restore",
    description = {
      "Restores a backup into a store, as a new history.",
      "All files are checked before anything changes. Records keep their times and the order of",
      "their writes, and get new versions. Followers of the store must start over.",
      "If the command is interrupted, run it again with --replace. Until then the store says that",
      "it holds only a part of the records, and no server opens it.",
      StoreCommand.STORE_IS
    },
    footer = {
      "",
      "Examples:",
      "  databroker restore --to offheap:directory=data data.backup",
      "  databroker restore --to offheap:directory=data data.backup monday.backup tuesday.backup",
      "  databroker restore --to 127.0.0.1:5443 --replace data.backup"
    })
final class RestoreCommand extends StoreCommand {
  @Parameters(
      arity = "0..*",
      paramLabel = "FILE",
      description = "The full backup to restore, then its increments in order.")
  private List<Path> files = new ArrayList<>();

  @Option(
      names = "--to",
      paramLabel = EndSpec.LABEL,
      required = true,
      description = "The store to restore into.")
  private EndSpec to;

  @Option(names = "--replace", description = "Remove the present contents of the store.")
  private boolean replace;

  @Option(
      names = "--keep-part",
      description =
          "Restore nothing, but accept the part that an interrupted restore or copy has left in the"
              + " store, so that it can be served.")
  private boolean keepPart;

  @SuppressWarnings("NullAway.Init") // picocli sets the options
  RestoreCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run(Output output) throws Exception {
    if (files.isEmpty() != keepPart) {
      throw usage(keepPart ? "--keep-part takes no FILE" : "the FILE to restore is missing");
    }
    checkAccess(to);
    try (CopyEnd end = open(to, access.server())) {
      if (keepPart) {
        UnfinishedMark.acceptPart(end);
        output.line("kept: " + to.shown() + " now counts as complete");
        return ExitCodes.DONE;
      }
      Backup backup = Backup.restore(files, end, replace, new ProgressLines(terminal));
      output.line(
          String.format(
              Locale.ROOT,
              "restored: %s into %s, history %s",
              backup.base() == null
                  ? backup.records() + " records"
                  : files.size() + " backups up to " + words(backup.contents().position()),
              to.shown(),
              Long.toUnsignedString(end.versions().serverVersion())));
    }
    return ExitCodes.DONE;
  }
}

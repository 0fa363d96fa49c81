package io.databroker.server.cli;

import io.databroker.host.copy.Backup;
import io.databroker.host.copy.CopyEnd;
import io.databroker.host.copy.CopyProgress;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Command that writes or checks a backup file. */
@Command(
    name = "backup",
    description = {
      "Writes all records of a store at one version to a file.",
      "The file keeps their times, the order of their writes, options and the checkpoint, but no",
      "history and no leases. It is compressed, has checksums, and gets its name only when",
      "it is complete and forced to disk.",
      StoreCommand.STORE_IS
    },
    footer = {
      "",
      "Examples:",
      "  databroker backup data.backup",
      "  databroker backup --from offheap:directory=data data.backup",
      "  databroker backup --check data.backup"
    })
final class BackupCommand extends StoreCommand {
  @Parameters(paramLabel = "FILE", description = "The file to write or check.")
  private Path file;

  @Option(
      names = "--from",
      paramLabel = EndSpec.LABEL,
      defaultValue = "${env:DATABROKER_SERVER:-" + Address.DEFAULT + "}",
      converter = EndSpec.Converter.class,
      description = "The store to back up; ${DEFAULT-VALUE} if not given.")
  private EndSpec from;

  @Option(names = "--overwrite", description = "Replace a file of that name.")
  private boolean overwrite;

  @Option(names = "--check", description = "Only read the file, and check every byte of it.")
  private boolean check;

  @Mixin private final SortFolder temporary = new SortFolder();

  @SuppressWarnings("NullAway.Init") // picocli sets the options
  BackupCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run(Output output) throws Exception {
    CopyProgress progress = new ProgressLines(terminal);
    if (check) {
      for (String given : given()) {
        if (!given.equals("--check")) {
          throw usage("--check only reads the file; leave out " + given);
        }
      }
      output.line("whole: " + words(Backup.check(file, progress)));
      return ExitCodes.DONE;
    }
    checkAccess(from);
    try (CopyEnd end = openSource(from, access.server())) {
      Instant now = InstantSource.system().instant();
      Backup backup = Backup.write(end, file, overwrite, temporary.path, now, progress);
      output.line("backed up: " + words(backup));
    }
    return ExitCodes.DONE;
  }

  static String words(Backup backup) {
    return String.format(
        Locale.ROOT,
        "%d records at %s, written %s, %d bytes, sha256 %s",
        backup.records(),
        words(backup.contents().position()),
        backup.created(),
        backup.bytes(),
        backup.sha256());
  }
}

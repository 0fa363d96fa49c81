package io.databroker.server.cli;

import io.databroker.host.copy.Backup;
import io.databroker.host.copy.CopyEnd;
import io.databroker.host.copy.CopyProgress;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Command that writes a backup file, or checks such files. */
@Command(
    name = "backup",
    description = {
      "Writes all records of a store at one version to a file.",
      "The file keeps their times, the order of their writes, options and the checkpoint, but no",
      "history and no leases. It is compressed, has checksums, and gets its name only when",
      "it is complete and forced to disk. Only its owner may read it.",
      "With --since, the file is an increment: it holds only the changes since another backup of",
      "the same store, full or itself an increment. The store must still hold these changes, so it",
      "must keep its history for longer than the time between two backups.",
      StoreCommand.STORE_IS
    },
    footer = {
      "",
      "Examples:",
      "  databroker backup data.backup",
      "  databroker backup --from offheap:directory=data data.backup",
      "  databroker backup --since data.backup monday.backup",
      "  databroker backup --check data.backup monday.backup"
    })
final class BackupCommand extends StoreCommand {
  @Parameters(
      arity = "1..*",
      paramLabel = "FILE",
      description = {
        "The file to write.",
        "With --check: a backup, or a full backup and its increments in order."
      })
  private List<Path> files;

  @Option(
      names = "--from",
      paramLabel = EndSpec.LABEL,
      defaultValue = "${env:DATABROKER_SERVER:-" + Address.DEFAULT + "}",
      description = "The store to back up; ${DEFAULT-VALUE} if not given.")
  private EndSpec from;

  @Option(
      names = "--since",
      paramLabel = "BACKUP",
      description = "Write only the changes since the backup in this file.")
  private @Nullable Path since;

  @Option(names = "--overwrite", description = "Replace a file of that name.")
  private boolean overwrite;

  @Option(
      names = "--check",
      description =
          "Only read the files, and check every byte of them and that each increment continues the"
              + " file before it.")
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
          throw usage("--check only reads the files; leave out " + given);
        }
      }
      for (Backup backup :
          files.size() == 1
              ? List.of(Backup.check(files.get(0), progress))
              : Backup.check(files, progress)) {
        output.line("whole: " + words(backup));
      }
      return ExitCodes.DONE;
    }
    if (files.size() > 1) {
      throw usage("a backup is written to one file; leave out " + files.get(1));
    }
    if (since != null && temporary.path != null) {
      throw usage("an increment needs no temporary file; leave out --temp");
    }
    checkAccess(from);
    Path file = files.get(0);
    try (CopyEnd end = openSource(from, access.server())) {
      Instant now = InstantSource.system().instant();
      Backup backup =
          since == null
              ? Backup.write(end, file, overwrite, temporary.path, now, progress)
              : Backup.writeIncrement(end, since, file, overwrite, now, progress);
      output.line("backed up: " + words(backup));
    }
    return ExitCodes.DONE;
  }

  static String words(Backup backup) {
    Backup.Base base = backup.base();
    return String.format(
        Locale.ROOT,
        "%d %s at %s, written %s, %d bytes, sha256 %s",
        backup.records(),
        base == null ? "records" : "changes since version " + Long.toUnsignedString(base.version()),
        words(backup.contents().position()),
        backup.created(),
        backup.bytes(),
        backup.sha256());
  }
}

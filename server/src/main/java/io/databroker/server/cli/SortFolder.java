package io.databroker.server.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Option of commands that sort the records of a store. */
final class SortFolder {
  @Option(
      names = "--temp",
      paramLabel = "FOLDER",
      description =
          "Folder for sorting records that do not fit in memory; if not given, the folder of a "
              + "backup, else the system's default.")
  @Nullable Path path;
}

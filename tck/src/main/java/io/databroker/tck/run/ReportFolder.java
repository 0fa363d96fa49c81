package io.databroker.tck.run;

import io.databroker.tck.engine.Bench;
import io.databroker.tck.history.HistoryFile;
import io.databroker.tck.history.PorcupineFile;
import io.databroker.tck.text.Texts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Folder of a run's report. */
final class ReportFolder {
  private ReportFolder() {}

  /** Checks before the run that a report can be written. */
  static void check(Path directory) {
    if (Files.exists(directory) && !Files.isDirectory(directory)) {
      throw new UsageException("--report " + directory + ": is not a folder");
    }
    try {
      Files.createDirectories(directory);
      Files.delete(Files.createTempFile(directory, "try", ".txt"));
    } catch (IOException e) {
      throw new UsageException(Texts.format("--report %s: %s", directory, why(e)));
    }
  }

  /** Deletes the histories of earlier runs, which the new report does not mention. */
  static void clear(Path directory) {
    try {
      clearOrFail(directory);
    } catch (IOException e) {
      throw new UsageException("--report " + directory + ": " + why(e));
    }
  }

  private static void clearOrFail(Path directory) throws IOException {
    List<Path> histories;
    try (Stream<Path> files = Files.list(directory)) {
      histories =
          files
              .filter(Files::isRegularFile)
              .filter(file -> HistoryFile.isOne(file) || PorcupineFile.isOne(file))
              .toList();
    }
    for (Path history : histories) {
      Files.delete(history);
    }
  }

  /** Deletes a folder as far as possible. */
  static void delete(Path folder) {
    try {
      Bench.delete(folder);
    } catch (IOException | UncheckedIOException e) {
      // The reported failure names the remaining files.
    }
  }

  /**
   * Returns the reason why a file cannot be used, because the message of most such errors is only
   * the name of the file.
   */
  static String why(IOException error) {
    if (error instanceof NoSuchFileException) {
      return "no such file";
    } else if (error instanceof AccessDeniedException) {
      return "permission denied";
    } else if (error instanceof FileSystemException file && file.getReason() != null) {
      return file.getReason();
    }
    return String.valueOf(error.getMessage());
  }
}

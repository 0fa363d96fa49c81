package io.databroker.tck.engine;

import io.databroker.tck.history.Evidence;
import io.databroker.tck.history.History;
import io.databroker.tck.history.HistoryFile;
import io.databroker.tck.history.PorcupineFile;
import io.databroker.tck.text.Texts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * File in the folder of the report with the recording of a violation. A file of the same name for
 * Porcupine stands beside it, if Porcupine's model has all calls.
 *
 * @param name the name of the file, or an empty text if there is none
 * @param words a line that names the file or the reason for its absence; empty if no report is
 *     written
 */
public record Saved(String name, String words) {
  /** No file. */
  public static final Saved NOTHING = new Saved("", "");

  /** Saves the recording, if there is a folder for reports. */
  public static Saved of(String rule, Tuning tuning, Evidence evidence) {
    if (tuning.report().isEmpty()) {
      return NOTHING;
    }
    Path folder = tuning.report().get();
    try {
      Files.createDirectories(folder);
      Path file = unused(folder, Texts.format("history-%s-%d", rule, tuning.seed()));
      HistoryFile.write(file, evidence);
      History history = evidence.history();
      if (history != null && PorcupineFile.canExpress(history)) {
        String name = file.getFileName().toString();
        PorcupineFile.write(file.resolveSibling(name.replace(".txt", ".json")), history);
      }
      return new Saved(
          file.getFileName().toString(), "All of it: " + file + " (--recheck judges it again).\n");
    } catch (IOException e) {
      return new Saved("", "It could not be saved: " + e + "\n");
    }
  }

  /** Two tests of a run may break the same rule. */
  private static Path unused(Path folder, String name) {
    Path file = folder.resolve(name + ".txt");
    for (int i = 2; Files.exists(file); i++) {
      file = folder.resolve(Texts.format("%s-%d.txt", name, i));
    }
    return file;
  }
}

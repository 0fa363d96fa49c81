package io.databroker.tck.run;

import io.databroker.tck.history.Diagnosis;
import io.databroker.tck.history.Evidence;
import io.databroker.tck.history.HistoryFile;
import io.databroker.tck.history.Verdict;
import io.databroker.tck.text.Texts;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Judges saved histories again, without the backend. */
final class Recheck {
  private Recheck() {}

  /**
   * Judges a saved history and prints the verdict.
   *
   * @return the exit code
   */
  static int judge(Path file, PrintStream out) {
    if (Files.isDirectory(file)) {
      throw new UsageException("--recheck " + file + ": is a folder; give a history in it");
    }
    Evidence evidence;
    try {
      evidence = HistoryFile.read(file);
    } catch (IllegalArgumentException e) {
      throw new UsageException("--recheck " + e.getMessage());
    } catch (IOException e) {
      throw new UsageException(Texts.format("--recheck %s: %s", file, ReportFolder.why(e)));
    }
    Verdict verdict = evidence.judge(KitRun.FIELDS);
    if (verdict instanceof Verdict.Violated violated) {
      out.println("FAIL: " + Diagnosis.of(evidence, violated, KitRun.FIELDS));
      if (!evidence.observed().isEmpty()) {
        out.println(
            "This was observed while the backend ran. The recorded calls alone do not show it.");
      }
      return 1;
    } else if (verdict instanceof Verdict.Inconclusive unsure) {
      out.println("INCONCLUSIVE: " + unsure.reason());
      return 3;
    }
    out.printf(
        Locale.ROOT, "PASS: the contract allows the recorded answers (%s).%n", evidence.size());
    return 0;
  }
}

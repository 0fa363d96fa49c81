package io.databroker.tck.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.tck.history.HistoryFile;
import io.databroker.tck.reference.Gallery;
import io.databroker.tck.reference.Mutant;
import io.databroker.tck.run.Outcome.Verdict;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A saved violation gets the same verdict again, without the backend. */
class RecheckTest {
  @TempDir Path report;

  private record Told(int exit, String text) {}

  private static Told recheck(Path file) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream both = new PrintStream(out, true, StandardCharsets.UTF_8);
    int exit = MainAccess.run(both, both, "--recheck", file.toString());
    return new Told(exit, out.toString(StandardCharsets.UTF_8));
  }

  /** Runs one test of the kit on a mutant until it fails, and returns the failure. */
  private Outcome failure(String name, String test) {
    Mutant mutant =
        Gallery.mutants().stream().filter(m -> m.name().equals(name)).findFirst().orElseThrow();
    Set<String> others = new LinkedHashSet<>();
    Catalogue.tests().values().forEach(others::addAll);
    others.remove(test);
    List<Outcome> failures = new ArrayList<>();
    KitRun.Progress progress =
        new KitRun.Progress() {
          @Override
          public void started(String chapter, String method) {}

          @Override
          public void ended(Outcome outcome) {
            if (outcome.verdict() == Verdict.FAIL) {
              failures.add(outcome);
            }
          }
        };
    for (int seed = 1; seed <= 3 && failures.isEmpty(); seed++) {
      Map<String, String> parameters =
          Map.of(
              "databroker.tck.budget", "70",
              "databroker.tck.rounds", "300",
              "databroker.tck.patience", "1",
              "databroker.tck.report", report.toString(),
              "databroker.tck.seed", Integer.toString(seed));
      KitRun.run(mutant, Set.of(), others, parameters, progress);
    }
    assertThat(failures).as("%s under %s", name, test).isNotEmpty();
    return failures.get(0);
  }

  @ParameterizedTest
  @CsvSource({
    "feed-splits-batches, Concurrency.feedsBesideWriters, a batch in parts",
    "feed-joins-batches, Concurrency.feedsBesideWriters, two batches in one answer",
    "one-waiter-signalled, Concurrency.watchersThatWaitWhileOneWrites, is not signalled",
    "feed-without-payloads, Concurrency.feedsBesideWriters, two records have one version",
    "lease-checked-outside-the-lock, Concurrency.leasesUnderContention, another holding lasts",
    "release-without-effect, Concurrency.leasesUnderContention, surely free",
    "closed-but-written, Concurrency.aCloseBesideEverything, no order of these operations",
    "get-from-a-late-cache, Concurrency.getsOfOneHotKey, no order of these operations"
  })
  void aViolationIsOneAgain(String mutant, String test, String words) throws IOException {
    Outcome outcome = failure(mutant, test);
    assertThat(outcome.reason()).contains(words);
    assertThat(outcome.saved()).as(outcome.reason()).isNotEmpty();
    Told told = recheck(report.resolve(outcome.saved()));
    assertThat(told.exit()).as(told.text()).isEqualTo(1);
    assertThat(told.text()).startsWith("FAIL: ").contains(words);
    try (Stream<Path> files = Files.list(report)) {
      assertThat(files.filter(HistoryFile::isOne)).hasSize(1);
    }
  }

  @Test
  void aViolationAfterAKillIsOneAgain() {
    Outcome outcome =
        failure("saves-in-close-alone", "Crashes.aKilledProcessLosesNothingThatWasAcknowledged");
    Told told = recheck(report.resolve(outcome.saved()));
    assertThat(told.exit()).as(told.text()).isEqualTo(1);
  }

  @Test
  void aFileOfThePreviousFormatIsRead() throws IOException {
    String start = "1 1 true 0 1 't 'a 1 x61 2026-01-01T00:00:00Z false 0 0";
    Path right =
        Files.write(
            report.resolve("right.txt"),
            List.of("databroker-history-3", start, "0 1 2 listTypes types 1 't", "end"));
    assertThat(recheck(right).text())
        .isEqualTo("PASS: the contract allows the recorded answers (1 operation).\n");
    Path wrong =
        Files.write(
            report.resolve("wrong.txt"),
            List.of("databroker-history-3", start, "0 1 2 listTypes types 0", "end"));
    assertThat(recheck(wrong).exit()).isEqualTo(1);
  }

  @Test
  void aFileOfAnotherFormatIsRefused() throws IOException {
    for (String format : List.of("1", "2", "5", "1000")) {
      Path file = report.resolve(format + ".txt");
      Files.write(file, List.of("databroker-history-" + format, "end"));
      Told told = recheck(file);
      assertThat(told.exit()).isEqualTo(2);
      assertThat(told.text()).contains("format " + format, "reads 3 and 4");
    }
  }
}

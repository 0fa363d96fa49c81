package io.databroker.tck.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.api.FieldExtractor;
import io.databroker.tck.DatabrokerTck;
import io.databroker.tck.reference.Gallery;
import io.databroker.tck.reference.Mutant;
import io.databroker.tck.run.KitRun;
import io.databroker.tck.run.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Shrinking keeps the reason of violations that the kit found, and the read that shows each. */
class MinimisedViolationsTest {
  private static final FieldExtractor FIELDS = DatabrokerTck.fields();

  /** Reports of the kit on wrong backends, with concurrent batches over six types. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "batch-as-single-writes",
        "batch-seen-half",
        "get-from-a-late-cache",
        "list-in-two-halves",
        "list-cached-after-unlock",
        "list-type-by-type",
        "snapshot-newer-than-its-version",
        "snapshot-older-than-its-version"
      })
  void theReasonAndTheGuiltyReadSurvive(String name, @TempDir Path directory) throws IOException {
    Mutant mutant =
        Gallery.mutants().stream().filter(m -> m.name().equals(name)).findFirst().orElseThrow();
    Outcome outcome = null;
    for (int seed = 1; seed <= 3 && outcome == null; seed++) {
      outcome = failure(mutant, seed, directory);
    }
    assertThat(outcome).as("%s beside wide batches", name).isNotNull();
    History history;
    try (Stream<Path> files = Files.list(directory)) {
      history =
          Objects.requireNonNull(
              HistoryFile.read(files.filter(HistoryFile::isOne).findFirst().orElseThrow())
                  .history());
    }
    Verdict.Violated whole = (Verdict.Violated) judge(history);
    assertThat(outcome.reason()).contains(whole.reason());
    History small = Minimiser.minimise(history, FIELDS);
    assertThat(judge(small))
        .isInstanceOfSatisfying(
            Verdict.Violated.class,
            violated -> assertThat(violated.reason()).isEqualTo(whole.reason()));
    if (judge(history.with(withoutReads(history))) instanceof Verdict.Allowed) {
      assertThat(judge(small.with(withoutReads(small))))
          .as("without its reads: %s", Timeline.of(small))
          .isInstanceOf(Verdict.Allowed.class);
    }
  }

  private static @Nullable Outcome failure(Mutant mutant, int seed, Path directory) {
    List<Outcome> failures = new ArrayList<>();
    KitRun.run(
        mutant,
        Set.of("PUT-2"),
        Map.of(
            "databroker.tck.budget",
            "70",
            "databroker.tck.rounds",
            "2000",
            "databroker.tck.report",
            directory.toString(),
            "databroker.tck.seed",
            Integer.toString(seed)),
        outcome -> {
          if (outcome.verdict() == Outcome.Verdict.FAIL
              && outcome.test().equals("readsBesideWideBatches")) {
            failures.add(outcome);
          }
        });
    return failures.isEmpty() ? null : failures.get(0);
  }

  private static Verdict judge(History history) {
    return Checker.judge(history, FIELDS);
  }

  private static List<Operation> withoutReads(History history) {
    return history.operations().stream().filter(operation -> !operation.onlyReads()).toList();
  }
}

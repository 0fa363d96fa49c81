package io.databroker.tck;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.tck.reference.Gallery;
import io.databroker.tck.reference.Mutant;
import io.databroker.tck.run.Catalogue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Tests the kit on wrong backends: the rule that a backend breaks must fail. */
class GalleryTest {
  private static final Path TABLE = Path.of("..", "docs", "mutants.md");

  /** Beginning of the part of the docs that is written by hand. */
  private static final String SECOND = "\n# The second gallery";

  private static final Set<String> SAMPLE =
      Set.of(
          "saves-in-close-alone",
          "batch-in-two-files",
          "refused-open-leaves-a-thread",
          "a-kill-loses-the-leases",
          "opens-damaged-files",
          "reads-bytes-unchecked",
          "damage-kept-secret",
          "full-for-readers-too",
          "fault-loses-writes");

  /** Rules that kill no mutant, and why. */
  private static final Map<String, String> WITHOUT_MUTANT =
      Map.of(
          "ARG-1", "CheckedBackend checks this for all backends, so a backend cannot break it.",
          "ARG-2", "CheckedBackend checks this for all backends, so a backend cannot break it.",
          "ARG-3", "CheckedBackend copies the batch for all backends.",
          "LIMIT-2", "CheckedBackend checks this for all backends, so a backend cannot break it.");

  @TestFactory
  Stream<DynamicTest> eachMutantIsKilledByTheRuleThatItBreaks() {
    return Gallery.mutants().stream()
        .filter(GalleryTest::isOfTheBuild)
        .map(mutant -> DynamicTest.dynamicTest(mutant.name(), () -> kill(mutant)));
  }

  /** Mutants that need child JVMs or faults take seconds each: the build tries a sample of them. */
  private static boolean isOfTheBuild(Mutant mutant) {
    return (mutant.inChildJvm().isEmpty() && mutant.faults().isEmpty())
        || SAMPLE.contains(mutant.name())
        || Boolean.getBoolean("databroker.gallery.all");
  }

  private static void kill(Mutant mutant) {
    Gallery.Trial trial = Gallery.trial(mutant, 1);
    for (int seed = 2; seed <= 3 && trial.killer().isEmpty(); seed++) {
      trial = Gallery.trial(mutant, seed); // a race may need more tries on a busy machine
    }
    assertThat(trial.killer())
        .as("%s survived %s: %s", mutant.name(), mutant.rule(), trial.outcomes())
        .isPresent();
  }

  @Test
  void eachRuleKillsAMutantOrSaysWhyNot() {
    Set<String> broken =
        Gallery.mutants().stream().map(Mutant::rule).collect(Collectors.toCollection(TreeSet::new));
    broken.addAll(WITHOUT_MUTANT.keySet());
    assertThat(broken).containsExactlyElementsOf(new TreeSet<>(Catalogue.tests().keySet()));
  }

  @Test
  void mutantsHaveNamesOfTheirOwn() {
    assertThat(Gallery.mutants()).extracting(Mutant::name).doesNotHaveDuplicates();
    assertThat(Gallery.mutants()).hasSizeGreaterThanOrEqualTo(45);
  }

  @Test
  void theTableInTheDocsIsUpToDate() throws IOException {
    String table = table();
    String docs = Files.readString(TABLE);
    int end = docs.indexOf(SECOND);
    assertThat(end).as("the place of the second gallery in the docs").isPositive();
    if (Boolean.getBoolean("databroker.write-docs")) {
      Files.writeString(TABLE, table + docs.substring(end));
      end = table.length();
      docs = Files.readString(TABLE);
    }
    assertThat(docs.substring(0, end))
        .as("run this test with -Ddatabroker.write-docs=true to bring it up to date")
        .isEqualToNormalizingNewlines(table);
  }

  private static String table() {
    StringBuilder text = new StringBuilder();
    text.append("# Wrong backends, and the rules that reject them\n\n");
    text.append(
        "Each is the kit's reference backend with one defect. The build runs the tests of ");
    text.append("the rule that it breaks on it, and fails if all of them pass. ");
    text.append("Of those that need a child JVM or a fault the build tries a sample; ");
    text.append(
        "`mvn test -pl tck -am -Dtest=GalleryTest -Ddatabroker.gallery.all=true` tries all.\n");
    text.append("This part is written by `GalleryTest`; do not edit it.\n\n");
    text.append("| rule | wrong backend | defect |\n|---|---|---|\n");
    Map<String, StringBuilder> byRule = new TreeMap<>();
    for (Mutant mutant : Gallery.mutants()) {
      byRule
          .computeIfAbsent(mutant.rule(), none -> new StringBuilder())
          .append(
              String.format(
                  Locale.ROOT,
                  "| %s | `%s` | %s |%n",
                  mutant.rule(),
                  mutant.name(),
                  mutant.defect()));
    }
    for (String rule : Catalogue.rules().keySet()) {
      Optional.ofNullable(byRule.get(rule)).ifPresent(text::append);
    }
    text.append("\n").append(Gallery.mutants().size()).append(" in all.\n");
    text.append("\nRules that reject none:\n\n");
    new TreeMap<>(WITHOUT_MUTANT)
        .forEach(
            (rule, why) -> text.append("- ").append(rule).append(": ").append(why).append("\n"));
    text.append("\nRules that the kit does not test:\n\n");
    Catalogue.rules().values().stream()
        .filter(rule -> rule.tests().isEmpty())
        .forEach(
            rule ->
                text.append("- ")
                    .append(rule.number())
                    .append(": ")
                    .append(rule.whyNot())
                    .append("\n"));
    return text.toString();
  }
}

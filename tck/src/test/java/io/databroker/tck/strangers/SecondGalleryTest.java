package io.databroker.tck.strangers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Tries the kit on wrong backends that were written without a look at its tests. */
class SecondGalleryTest {
  private static final boolean ALL = Boolean.getBoolean("databroker.gallery.all");

  /** One for each kind of test that was added because of the first run; the build tries these. */
  private static final Set<String> SAMPLE =
      Set.of(
          "names-a-version-condition-first",
          "typed-feeds-look-at-the-version-first",
          "values-of-200-characters",
          "names-without-case",
          "sixteen-fields",
          "a-time-for-each-hundred-writes");

  /** Strangers that no test can find, and why. */
  private static final Map<String, String> EQUIVALENT =
      Map.of(
          "restored-times-are-rounded",
          "CheckedBackend truncates the times before the backend sees them.");

  /** Strangers whose frozen rule is not the one that they break. */
  private static final Map<String, String> MISNAMED =
      Map.of("wide-batches-are-judged-in-part", "PUT-5");

  @TestFactory
  Stream<DynamicTest> eachStrangerIsFoundByTheRuleThatItBreaks() {
    return Strangers.all().stream()
        .filter(stranger -> ALL || SAMPLE.contains(stranger.name()))
        .filter(stranger -> !EQUIVALENT.containsKey(stranger.name()))
        .map(stranger -> DynamicTest.dynamicTest(stranger.name(), () -> find(stranger)));
  }

  private static void find(Stranger stranger) {
    SecondGallery.Trial trial = SecondGallery.trial(stranger, 1, ALL);
    for (int seed = 2; ALL && seed <= 3 && trial.right().isEmpty(); seed++) {
      trial = SecondGallery.trial(stranger, seed, true); // a race may take more luck
    }
    String misnamed = MISNAMED.get(stranger.name());
    boolean found = misnamed == null ? !trial.right().isEmpty() : trial.others().contains(misnamed);
    assertThat(found)
        .as("%s, which breaks %s: %s", stranger, stranger.rules(), trial.verdict())
        .isTrue();
  }

  @Test
  void namesDiffer() {
    assertThat(Strangers.all()).extracting(Stranger::name).doesNotHaveDuplicates();
    assertThat(Strangers.all()).hasSizeGreaterThanOrEqualTo(100);
  }

  @Test
  void theDocsTellHowEachFared() throws IOException {
    String docs = Files.readString(Path.of("..", "docs", "mutants.md"));
    assertThat(Strangers.all())
        .allSatisfy(stranger -> assertThat(docs).contains("`" + stranger.name() + "`"));
  }
}

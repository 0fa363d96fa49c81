package io.databroker.tck.strangers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Tries the kit on the wrong backends of the third gallery. */
class ThirdGalleryTest {
  private static final boolean ALL = Boolean.getBoolean("databroker.gallery.all");

  /** One for each kind of test that was added because of the first run; the build tries these. */
  private static final Set<String> SAMPLE =
      Set.of("the-length-of-a-type-in-one-byte", "any-of-32-values", "the-last-signals-are-kept");

  @TestFactory
  Stream<DynamicTest> eachStrangerIsFoundByARuleThatItBreaks() {
    return ThirdStrangers.all().stream()
        .filter(stranger -> ALL || SAMPLE.contains(stranger.name()))
        .map(stranger -> DynamicTest.dynamicTest(stranger.name(), () -> find(stranger)));
  }

  private static void find(Stranger stranger) {
    SecondGallery.Trial trial = SecondGallery.trial(stranger, 1, ALL);
    for (int seed = 2; ALL && seed <= 3 && trial.right().isEmpty(); seed++) {
      trial = SecondGallery.trial(stranger, seed, true); // a race may take more luck
    }
    assertThat(trial.right())
        .as("%s, which breaks %s: %s", stranger, stranger.rules(), trial.verdict())
        .isNotEmpty();
  }

  @Test
  void namesDifferFromThoseOfAllGalleries() {
    assertThat(Stream.concat(Strangers.all().stream(), ThirdStrangers.all().stream()))
        .extracting(Stranger::name)
        .doesNotHaveDuplicates();
    assertThat(ThirdStrangers.all()).hasSizeGreaterThanOrEqualTo(40);
  }

  @Test
  void theDocsTellHowEachFared() throws IOException {
    String docs = Files.readString(Path.of("..", "docs", "mutants.md"));
    assertThat(ThirdStrangers.all())
        .allSatisfy(stranger -> assertThat(docs).contains("`" + stranger.name() + "`"));
  }
}

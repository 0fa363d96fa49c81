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

/** Tries the kit on the wrong backends of the fourth gallery. */
class FourthGalleryTest {
  private static final boolean ALL = Boolean.getBoolean("databroker.gallery.all");

  /** One for each kind of test that was added because of the first run; the build tries these. */
  private static final Set<String> SAMPLE =
      Set.of(
          "iterators-of-their-thread",
          "leases-released-by-their-thread",
          "next-needs-has-next",
          "fields-known-by-identity");

  @TestFactory
  Stream<DynamicTest> eachStrangerIsFoundByARuleThatItBreaks() {
    return FourthStrangers.all().stream()
        .filter(stranger -> ALL || SAMPLE.contains(stranger.name()))
        .map(stranger -> DynamicTest.dynamicTest(stranger.name(), () -> find(stranger)));
  }

  private static void find(Stranger stranger) {
    SecondGallery.Trial trial = SecondGallery.trial(stranger, 1, ALL);
    assertThat(trial.right())
        .as("%s, which breaks %s: %s", stranger, stranger.rules(), trial.verdict())
        .isNotEmpty();
  }

  @Test
  void namesDifferFromThoseOfAllGalleries() {
    assertThat(
            Stream.of(Strangers.all(), ThirdStrangers.all(), FourthStrangers.all())
                .flatMap(all -> all.stream().map(Stranger::name)))
        .doesNotHaveDuplicates();
  }

  @Test
  void theDocsTellHowEachFared() throws IOException {
    String docs = Files.readString(Path.of("..", "docs", "mutants.md"));
    assertThat(FourthStrangers.all())
        .allSatisfy(stranger -> assertThat(docs).contains("`" + stranger.name() + "`"));
  }
}

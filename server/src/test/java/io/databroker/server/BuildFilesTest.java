package io.databroker.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Checks of the poms that no Maven plugin offers. */
class BuildFilesTest {
  private static final Pattern MODULE = Pattern.compile("<module>(.+?)</module>");
  private static final Pattern MANAGED =
      Pattern.compile("<artifactId>databroker-(.+?)</artifactId>");

  private static final Pattern OWN_VERSION =
      Pattern.compile(
          "<artifactId>databroker-(?:bom|parent)</artifactId>\\s*<version>(.+?)</version>");

  /** Applications and examples; no module compiles against them. */
  private static final Set<String> NO_LIBRARIES =
      Set.of("bom", "server", "examples", "benchmarks", "packages");

  @Test
  void theBomListsEveryLibrary() throws IOException {
    Set<String> libraries = new TreeSet<>(found(MODULE, pom("..")));
    libraries.removeAll(NO_LIBRARIES);

    Set<String> managed = new TreeSet<>(found(MANAGED, pom("../bom")));
    managed.remove("bom");

    assertThat(managed).isEqualTo(libraries);
  }

  @Test
  void theBomHasTheVersionOfTheModules() throws IOException {
    assertThat(found(OWN_VERSION, pom("../bom"))).isEqualTo(found(OWN_VERSION, pom("..")));
  }

  private static String pom(String folder) throws IOException {
    return Files.readString(Path.of(folder, "pom.xml"));
  }

  private static List<String> found(Pattern pattern, String text) {
    return pattern.matcher(text).results().map(BuildFilesTest::group).toList();
  }

  private static String group(MatchResult match) {
    return match.group(1);
  }
}

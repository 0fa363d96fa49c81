package io.databroker.host.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The guide for host developers shows programs that compile and do what it says. */
class GuideTest {
  private static final Path FOLDER = Path.of("src/test/java/io/databroker/host/testing");

  @Test
  void theGuideShowsTheProgramsAsTheyAreCompiled() throws Exception {
    String guide = Files.readString(Path.of("../docs/host.md"));
    for (String file : new String[] {"Garage.java", "GarageTest.java"}) {
      String source = Files.readString(FOLDER.resolve(file));
      String shown = source.substring(source.indexOf("import "));
      // The readers have a package of their own.
      String imports =
          file.equals("GarageTest.java")
              ? shown.replace(
                  "import io.databroker.api.UnavailableException;\n",
                  """
                  import io.databroker.api.UnavailableException;
                  import io.databroker.host.testing.Call;
                  import io.databroker.host.testing.TestHost;
                  """)
              : shown;
      assertThat(guide).as(file).contains("```java\n" + imports + "```");
    }
  }

  @Test
  void theProgramPrintsWhatTheGuideSays() throws Exception {
    PrintStream before = System.out;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
    try {
      Garage.main(new String[0]);
    } finally {
      System.setOut(before);
    }
    assertThat(out.toString(StandardCharsets.UTF_8).lines())
        .contains("blue: [7]", "cached: [7, 8]", "changed: 7", "changed: 8");
  }
}

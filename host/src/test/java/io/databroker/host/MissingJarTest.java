package io.databroker.host;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.databroker.api.OpenFailedException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MissingJarTest {
  @TempDir Path folder;

  @Test
  void aBackendWithoutItsLibraryIsNotSaidToBeAtFault() throws Exception {
    Path whole =
        Jars.plugin(
            folder.resolve("whole.jar"),
            "Needs",
            Jars.provider("Needs", "\"needs\"", "\"1\"", "Library.text()"),
            "Library",
            "public class Library { static String text() { return \"\"; } }");
    Path jar = Jars.without(whole, folder.resolve("needs.jar"), "Library.class");
    assertThatThrownBy(() -> Databroker.builder().backend("needs").plugin(jar).open())
        .isInstanceOf(OpenFailedException.class)
        .hasMessageContaining("NoClassDefFoundError: Library")
        .hasMessageEndingWith(
            "a jar is missing from the class path, or from the plugin's folder: add the "
                + "dependencies of the backend");
  }

  @Test
  void aClassThatFailsToBeginIsItsAuthors() throws Exception {
    Path jar =
        Jars.plugin(
            folder.resolve("fails.jar"),
            "Fails",
            Jars.provider("Fails", "\"fails\"", "\"1\"", "Library.text()"),
            "Library",
            """
            public class Library {
              static final int N = Integer.parseInt("none");
              static String text() { return ""; }
            }
            """);
    assertThatThrownBy(() -> Databroker.builder().backend("fails").plugin(jar).open())
        .isInstanceOf(OpenFailedException.class)
        .hasMessageEndingWith("report it to its author");
  }
}

package io.databroker.inmemory;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs the workload that found the project's first bug: ten seconds of recorded and checked
 * histories of listTypes while writers make and empty types at full speed. By hand, for longer: the
 * kit's jar with {@code --rules LIST-4 --budget 60}.
 */
class ListTypesTest {
  @TempDir Path report;

  @Test
  void itIsLinearizableForTenSeconds() throws IOException, InterruptedException {
    Process kit =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Duser.language=" + System.getProperty("user.language"),
                "-Duser.country=" + System.getProperty("user.country", ""),
                "-cp",
                System.getProperty("java.class.path"),
                "io.databroker.tck.run.Main",
                "--backend=inmemory",
                "--rules=LIST-4",
                "--budget=10",
                "--report=" + report)
            .redirectErrorStream(true)
            .start();
    String said = new String(kit.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(kit.waitFor()).as(said).isZero();
    assertThat(said).contains(" passed, 0 failed").contains("during another client's write");
    System.out.println(said.lines().filter(line -> line.startsWith("PASS")).toList());
  }
}

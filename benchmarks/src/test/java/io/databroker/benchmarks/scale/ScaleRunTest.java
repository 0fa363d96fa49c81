package io.databroker.benchmarks.scale;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The program measures each step of each size and leaves nothing behind. */
class ScaleRunTest {
  @TempDir Path directory;

  @Test
  void eachStepIsMeasured() {
    StringWriter table = new StringWriter();
    StringWriter progress = new StringWriter();

    int code =
        new CommandLine(new ScaleRun())
            .setOut(new PrintWriter(table))
            .setErr(new PrintWriter(progress))
            .execute(
                "--records=1000",
                "--types=16",
                "--watchers=10",
                "--heap=128m",
                "--directory=" + directory);

    assertThat(code).as(progress.toString()).isZero();
    assertThat(table.toString().lines().findFirst()).hasValue("| records | 1,000 |");
    assertThat(table.toString().lines().skip(2))
        .hasSizeGreaterThan(15)
        .allMatch(line -> line.matches("\\| [^|]+ \\| [\\d.,]+ (s|ms|us|ns|MB) \\|"));
    assertThat(table.toString())
        .contains("| open after a kill |")
        .contains("| open after a close |");
    assertThat(directory).isEmptyDirectory();
  }
}

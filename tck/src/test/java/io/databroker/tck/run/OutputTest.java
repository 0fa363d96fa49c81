package io.databroker.tck.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputTest {
  /** A child whose output nobody reads would block, and would count as hung. */
  @Test
  void outputThatCannotBeKeptIsReadAllTheSame(@TempDir Path folder) {
    ByteArrayInputStream output = new ByteArrayInputStream(new byte[3_000_000]);
    new Output(output, folder.resolve("gone")).run();
    assertThat(output.available()).isZero();
  }

  @Test
  void onlyTheFirstPartIsKept(@TempDir Path folder) {
    ByteArrayInputStream output = new ByteArrayInputStream(new byte[3_000_000]);
    new Output(output, folder).run();
    assertThat(output.available()).isZero();
    assertThat(folder.resolve(Output.FILE).toFile().length()).isBetween(1L << 20, (1L << 20) + 100);
  }
}

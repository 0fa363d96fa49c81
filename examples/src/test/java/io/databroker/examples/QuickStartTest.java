package io.databroker.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class QuickStartTest {
  @Test
  void itDoesWhatTheReadmeSays() throws Exception {
    List<String> lines = Printed.by(QuickStart::main);
    assertThat(lines).hasSize(2);
    assertThat(lines.get(0)).isEqualTo("[car]");
    assertThat(lines.get(1)).contains("id=7", "version=1", "deleted=false");
  }

  @Test
  void theReadmeShowsItAsItIsCompiled() throws IOException {
    String source =
        Files.readString(Path.of("src/main/java/io/databroker/examples/QuickStart.java"));
    assertThat(source.lines().count()).isLessThanOrEqualTo(25);
    String shown = source.substring(source.indexOf("import "));
    assertThat(Files.readString(Path.of("../README.md"))).contains("```java\n" + shown + "```");
  }
}

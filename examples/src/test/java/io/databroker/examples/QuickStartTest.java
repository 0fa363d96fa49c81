package io.databroker.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class QuickStartTest {
  @Test
  void itDoesWhatTheReadmeSays() throws InterruptedException {
    PrintStream console = System.out;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    System.setOut(new PrintStream(printed, true, UTF_8));
    try {
      QuickStart.main(new String[0]);
    } finally {
      System.setOut(console);
    }
    List<String> lines = printed.toString(UTF_8).lines().toList();
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

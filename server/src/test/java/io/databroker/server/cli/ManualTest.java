package io.databroker.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ManualTest {
  @TempDir Path folder;

  @Test
  void eachCommandHasAPageWithItsOptions() throws Exception {
    Manual.write(folder);
    List<String> pages;
    try (Stream<Path> files = Files.list(folder.resolve("man1"))) {
      pages = files.map(file -> file.getFileName().toString()).sorted().toList();
    }
    assertThat(pages).contains("databroker.1", "databroker-options-set.1", "databroker-serve.1");
    for (String name : Commands.NAMES) {
      assertThat(pages).contains("databroker-" + name + ".1");
    }
    String serve = Files.readString(folder.resolve("man1/databroker-serve.1"));
    assertThat(serve)
        .contains(".B \\-\\-max\\-leases N\n")
        .contains("10000 if not given")
        .contains("DATABROKER_LISTEN")
        .doesNotContain("${");
    for (String page : pages) {
      assertThat(Files.readAllLines(folder.resolve("man1").resolve(page)))
          .as(page)
          .allMatch(line -> !line.startsWith(".") || line.matches("\\.(TH|SH|TP|B|BR|nf|fi)\\b.*"));
    }
    assertThat(Files.readString(folder.resolve("completion/databroker")))
        .contains("complete -F")
        .contains("--log-level");
  }
}

package io.databroker.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.api.BackendProvider;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BackendsCommandTest {
  @TempDir Path folder;

  @Test
  void whatWasFoundIsShown() {
    Cli result = Cli.run("backends");
    assertThat(result.err()).isEmpty();
    assertThat(result.code()).isZero();
    assertThat(result.lines()).anyMatch(line -> line.startsWith("inmemory "));
    assertThat(result.out())
        .contains("  from          ")
        .contains(
            "  can           immediate-leases, immediate-reads, immediate-snapshots, restore, turnable-clock")
        .contains("  accepts       type ");
    assertThat(Cli.onTerminal(Cli.text(""), "backends").out()).contains("\033[1minmemory\033[");
  }

  @Test
  void aBackendThatCanBeAStoreOnDiskIsShownAsBoth() {
    assertThat(Cli.run("backends").out())
        .contains(
            """
              can           immediate-reads, restore, turnable-clock
                            with directory: durable, restore, turnable-clock
              accepts\
            """
                .stripTrailing())
        .doesNotContain("with passwordFile");
  }

  @Test
  void aBrokenPluginIsNamedAndTheRestShown() throws IOException {
    Path jar = folder.resolve("broken.jar");
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
      out.putNextEntry(new JarEntry("META-INF/services/" + BackendProvider.class.getName()));
      out.write("com.example.Missing\n".getBytes(StandardCharsets.UTF_8));
    }
    Cli result = Cli.run("backends", "--plugin", jar.toString());
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err())
        .startsWith("databroker: ")
        .contains(jar.toString())
        .contains("com.example.Missing");
    assertThat(result.out()).contains("inmemory ");
  }

  @Test
  void aPluginThatIsNotThereIsWrongUsage() {
    Cli result = Cli.run("backends", "--plugin", "nowhere.jar");
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).startsWith("databroker: ").contains("nowhere.jar");
  }
}

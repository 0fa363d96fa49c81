package io.databroker.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script that starts the jar, with a java that only tells how it was called. */
class ScriptTest {
  @TempDir Path folder;

  private String called(String command) throws Exception {
    Path script = folder.resolve("databroker");
    Files.copy(Path.of("..", "databroker"), script);
    Path jar = folder.resolve("server/target/databroker-server.jar");
    Files.createDirectories(jar.getParent());
    Files.writeString(jar, "newer than its sources, of which there are none");
    Path java = folder.resolve("jdk/bin/java");
    Files.createDirectories(java.getParent());
    Files.writeString(java, "#!/bin/sh\necho \"$@\"\n");
    assertThat(java.toFile().setExecutable(true)).isTrue();
    ProcessBuilder builder = new ProcessBuilder("sh", script.toString(), command);
    builder.environment().put("JAVA_HOME", folder.resolve("jdk").toString());
    builder.environment().put("DATABROKER_JAVA_OPTS", "-Xmx64m -Dx=y");
    Process process = builder.redirectErrorStream(true).start();
    try {
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
      return output;
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void aServerWhoseHeapIsFullExits() throws Exception {
    assertThat(called("serve"))
        .contains(" -XX:+ExitOnOutOfMemoryError -Xmx64m -Dx=y -jar ")
        .endsWith("/server/target/databroker-server.jar serve\n");
  }

  @Test
  void aCommandThatIsSoonOverIsNotCompiledWell() throws Exception {
    assertThat(called("types")).contains(" -XX:TieredStopAtLevel=1 ").doesNotContain("OutOfMemory");
  }
}

package io.databroker.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script that starts the jar, with a java that only tells how it was called. */
class ScriptTest {
  @TempDir Path folder;

  private String called(String command) throws Exception {
    Path script = folder.resolve("databroker");
    Files.copy(Path.of("..", "databroker"), script, StandardCopyOption.REPLACE_EXISTING);
    Path jar = folder.resolve("server/target/databroker-server.jar");
    Files.createDirectories(jar.getParent());
    Files.writeString(jar, "newer than its sources, of which there are none");
    Path java = folder.resolve("jdk/bin/java");
    Files.createDirectories(java.getParent());
    Files.writeString(java, "#!/bin/sh\necho \"$@\"\n");
    assertThat(java.toFile().setExecutable(true)).isTrue();
    ProcessBuilder builder = new ProcessBuilder("sh", script.toString(), command);
    builder.environment().put("JAVA_HOME", folder.resolve("jdk").toString());
    builder.environment().put("PATH", withoutMaven());
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

  /** A search path with the tools of the script, and no mvn. */
  private String withoutMaven() throws Exception {
    Path tools = Files.createDirectories(folder.resolve("tools"));
    for (String tool :
        "sh find head cksum sort cat mkdir rm mv readlink dirname flock tr env".split(" ", -1)) {
      for (String place : System.getenv("PATH").split(":", -1)) {
        Path found = Path.of(place, tool);
        if (Files.isExecutable(found) && !Files.exists(tools.resolve(tool))) {
          Files.createSymbolicLink(tools.resolve(tool), found);
        }
      }
    }
    return tools.toString();
  }

  @Test
  void aJarOlderThanItsSourcesIsUsedWhereNothingCanBuildAnother() throws Exception {
    Path source = folder.resolve("server/src/main/java/A.java");
    Files.createDirectories(source.getParent());
    Files.writeString(source, "class A {}");
    Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(3_600)));
    assertThat(called("types"))
        .contains("is older than its sources, and no mvn found", "; it is used as it is\n")
        .endsWith("/server/target/databroker-server.jar types\n");
  }

  @Test
  void aCopyOfTheSourcesWithOtherTimesIsNoOtherSource() throws Exception {
    Path source = folder.resolve("server/src/main/java/A.java");
    Files.createDirectories(source.getParent());
    Files.writeString(source, "class A {}");
    Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(3_600)));
    Path target = Files.createDirectories(folder.resolve("server/target"));
    Files.writeString(target.resolve("databroker-server.jar.sources"), fingerprint());
    assertThat(called("types")).startsWith("-XX:").doesNotContain("older");
    Files.writeString(source, "class B {}");
    Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(3_600)));
    assertThat(called("types")).contains("older than its sources");
  }

  /** Does what the script does when it has built a jar. */
  private String fingerprint() throws Exception {
    Process process =
        new ProcessBuilder(
                "sh",
                "-c",
                "find pom.xml ./*/pom.xml ./*/src/main -type f -exec cksum {} + 2>/dev/null"
                    + " | LC_ALL=C sort | cksum")
            .directory(folder.toFile())
            .start();
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
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

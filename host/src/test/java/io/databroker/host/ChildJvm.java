package io.databroker.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Programs in a JVM of their own. */
final class ChildJvm {
  private ChildJvm() {}

  /** Waits for an exit with code 0 and returns the output. */
  static List<String> run(Path folder, List<String> arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx128m");
    command.add("-Duser.language=" + System.getProperty("user.language"));
    command.add("-Duser.country=" + System.getProperty("user.country", ""));
    command.addAll(arguments);
    Path output = folder.resolve("output.txt");
    Process child =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      assertThat(child.waitFor(2, TimeUnit.MINUTES)).as("the child ended").isTrue();
    } finally {
      child.destroyForcibly();
    }
    List<String> lines = Files.readAllLines(output);
    assertThat(child.exitValue()).as("%s", lines).isZero();
    return lines;
  }
}

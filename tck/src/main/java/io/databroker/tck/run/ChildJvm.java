package io.databroker.tck.run;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Command lines of child JVMs. */
final class ChildJvm {
  /** The heap of a child, unless an option says otherwise: small, so that a leak shows soon. */
  private static final String HEAP = "-Xmx1g";

  private ChildJvm() {}

  /** The command that starts a JVM with these options and this class path. */
  static List<String> command(List<String> options, Class<?> main, List<String> arguments) {
    List<String> command = new ArrayList<>(List.of(java()));
    if (options.stream().noneMatch(option -> option.startsWith("-Xmx"))) {
      command.add(HEAP);
    }
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(arguments);
    return command;
  }

  /** Makes sure that a JVM starts with these options. */
  static void tryToStart(List<String> options) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(java()));
    command.addAll(options);
    command.add("-version");
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String told = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new UsageException(
          "the JVM does not start with the options "
              + options
              + ": "
              + told.lines().findFirst().orElse(""));
    }
  }

  private static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  /** The kit's own jar, or the folder of its classes. */
  static Path kit() {
    try {
      return Path.of(ChildJvm.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}

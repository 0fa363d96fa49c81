package io.databroker.tck.child;

import io.databroker.tck.text.Texts;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Command lines of child JVMs. */
public final class ChildJvm {
  /** The heap of a child, unless an option says otherwise: small, so that a leak shows soon. */
  private static final String HEAP = "-Xmx1g";

  private ChildJvm() {}

  /** Returns the command that starts a JVM with these options and the class path of this one. */
  public static List<String> command(List<String> options, Class<?> main, List<String> arguments) {
    List<String> command = new ArrayList<>(List.of(java()));
    if (options.stream().noneMatch(option -> option.startsWith("-Xmx"))) {
      command.add(HEAP);
    }
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(arguments);
    return command;
  }

  /** Returns the options of this JVM, which a child needs as well. */
  public static List<String> inherited() {
    return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(option -> !option.startsWith("-agentlib:jdwp"))
        .toList();
  }

  /**
   * Returns options for a JVM that runs for seconds, which loses more to optimising compilers and
   * concurrent collectors than it gains.
   *
   * @param chosen the other options; if one chooses a collector, this method chooses none
   */
  public static List<String> forShortRuns(List<String> chosen) {
    List<String> options = new ArrayList<>(List.of("-XX:TieredStopAtLevel=1"));
    if (chosen.stream().noneMatch(option -> option.matches("-XX:[+-]Use\\w*GC"))) {
      options.add("-XX:+UseSerialGC");
    }
    return options;
  }

  /** Tries to start a JVM with these options; returns the reason of a failure, or nothing. */
  public static Optional<String> problemWith(List<String> options)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(java()));
    command.addAll(options);
    command.add("-version");
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String told = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return process.waitFor() == 0
        ? Optional.empty()
        : Optional.of(
            "the JVM does not start with the options " + options + ": " + Texts.firstLine(told));
  }

  private static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  /** Returns the kit's own jar, or the folder of its classes. */
  public static Path kit() {
    try {
      return Path.of(ChildJvm.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}

package io.databroker.offheap;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Starts another JVM with the class path and the options of this one. */
final class ChildJvm {
  private ChildJvm() {}

  static Path java() {
    return Path.of(System.getProperty("java.home"), "bin", "java");
  }

  static List<String> command(Class<?> main, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(java().toString());
    command.addAll(options());
    command.addAll(List.of("-Xmx128m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(Arrays.asList(arguments));
    return command;
  }

  /** Starts another JVM with a given heap size. */
  static List<String> commandWithHeap(String heap, Class<?> main, String... arguments) {
    List<String> command = new ArrayList<>(command(main, arguments));
    command.set(command.indexOf("-Xmx128m"), "-Xmx" + heap);
    return command;
  }

  /** Returns the options of this JVM that open parts of the JDK or choose the locale. */
  static List<String> options() {
    return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(
            option ->
                option.startsWith("--add-")
                    || option.startsWith("--enable-native")
                    || option.startsWith("--sun-misc")
                    || option.startsWith("-Duser.")
                    || option.equals("-XX:+IgnoreUnrecognizedVMOptions"))
        .toList();
  }
}

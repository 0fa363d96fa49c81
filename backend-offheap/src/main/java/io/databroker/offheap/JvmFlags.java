package io.databroker.offheap;

import io.databroker.api.OpenFailedException;
import java.util.ArrayList;
import java.util.List;

/**
 * Checks the JVM for the options and modules that Chronicle Map needs, before Chronicle Map is
 * loaded.
 */
final class JvmFlags {
  /** The modules of the JDK that an image may lack. */
  private static final List<String> MODULES =
      List.of("java.management", "java.naming", "jdk.compiler", "jdk.unsupported");

  private JvmFlags() {}

  /**
   * Checks that this JVM has the needed options and modules.
   *
   * @throws OpenFailedException naming the options and modules that are missing
   */
  static void check() {
    List<String> options = missingOptions();
    List<String> modules =
        MODULES.stream().filter(name -> ModuleLayer.boot().findModule(name).isEmpty()).toList();
    List<String> problems = new ArrayList<>();
    if (!options.isEmpty()) {
      problems.add(
          "the JVM lacks options that Chronicle Map needs; start it with "
              + String.join(" ", options));
    }
    if (!modules.isEmpty()) {
      problems.add(
          "the Java runtime lacks modules that Chronicle Map needs; use a full JDK, or build the"
              + " image with jlink --add-modules "
              + String.join(",", modules));
    }
    if (!problems.isEmpty()) {
      throw new OpenFailedException(String.join("; and ", problems), null);
    }
  }

  private static List<String> missingOptions() {
    Module base = Object.class.getModule();
    Module ours = JvmFlags.class.getModule();
    List<String> missing = new ArrayList<>();
    for (String opened : List.of("java.lang", "java.lang.reflect")) {
      if (!base.isOpen(opened, ours)) {
        missing.add("--add-opens=java.base/" + opened + "=ALL-UNNAMED");
      }
    }
    for (String exported : List.of("sun.nio.ch", "jdk.internal.ref")) {
      if (!base.isExported(exported, ours)) {
        missing.add("--add-exports=java.base/" + exported + "=ALL-UNNAMED");
      }
    }
    return missing;
  }
}

package io.databroker.offheap;

import io.databroker.api.OpenFailedException;
import java.util.ArrayList;
import java.util.List;

/** What Chronicle Map needs of the JVM, looked at before it is touched. */
final class JvmFlags {
  private JvmFlags() {}

  /**
   * Checks that this JVM was started with what is needed.
   *
   * @throws OpenFailedException naming the options that are missing
   */
  static void check() {
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
    if (!missing.isEmpty()) {
      throw new OpenFailedException(
          "the JVM lacks what Chronicle Map needs; start it with " + String.join(" ", missing),
          null);
    }
    if (ModuleLayer.boot().findModule("java.naming").isEmpty()) {
      throw new OpenFailedException(
          "the JVM lacks the module java.naming; add it to its image", null);
    }
  }
}

package io.databroker.tck.run;

import io.databroker.tck.text.Texts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/** JVM options that plugins need. */
final class JvmOptions {
  /** File in a plugin's folder with one option per line. */
  private static final String FILE = "jvm.options";

  private JvmOptions() {}

  /** Returns the options that these plugins need; often none. */
  static List<String> of(List<Path> plugins, List<Path> jars) throws IOException {
    List<String> options = new ArrayList<>();
    for (Path plugin : plugins) {
      Path file = plugin.resolve(FILE);
      if (Files.isRegularFile(file)) {
        Files.readAllLines(file).stream()
            .map(String::strip)
            .filter(line -> !line.isEmpty() && !line.startsWith("#"))
            .forEach(options::add);
      }
    }
    for (Path jar : jars) {
      try (JarFile file = new JarFile(jar.toFile())) {
        Manifest manifest = file.getManifest();
        if (manifest != null) {
          Attributes attributes = manifest.getMainAttributes();
          add(options, "--add-exports", attributes.getValue("Add-Exports"));
          add(options, "--add-opens", attributes.getValue("Add-Opens"));
        }
      } catch (ZipException e) {
        throw new UsageException(Texts.format("%s is not a jar: %s", jar, e.getMessage()));
      }
    }
    return options;
  }

  private static void add(List<String> options, String option, @Nullable String packages) {
    if (packages != null) {
      for (String each : packages.strip().split("\\s+", -1)) {
        // Some manifests also name the target module, as the command line does.
        String value = each.contains("=") ? each : each + "=ALL-UNNAMED";
        options.add(option + "=" + value);
      }
    }
  }
}

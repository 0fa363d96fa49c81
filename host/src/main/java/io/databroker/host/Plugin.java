package io.databroker.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/** Plugin: a jar or a folder of jars, in the class loader that {@link PluginLoaders} keeps. */
record Plugin(Path path, ClassLoader loader) {
  /**
   * Opens all plugins, or none.
   *
   * @throws ConfigurationException if a path is not a plugin; the message lists all such paths
   */
  static List<Plugin> open(List<Path> paths) {
    List<String> problems = new ArrayList<>();
    List<List<Path>> jars = new ArrayList<>();
    for (Path path : paths) {
      jars.add(jarsOf(path, problems));
    }
    ConfigurationException.throwIfAny(problems);
    List<Plugin> plugins = new ArrayList<>();
    for (int i = 0; i < jars.size(); i++) {
      ClassLoader loader = PluginLoaders.of("plugin " + paths.get(i), jars.get(i));
      plugins.add(new Plugin(paths.get(i), loader));
    }
    return plugins;
  }

  /** Returns whether a file is a jar to load; a hidden one, as {@code ._x.jar} of macOS, is not. */
  private static boolean isJar(Path file) {
    String name = file.getFileName().toString();
    return name.endsWith(".jar") && !name.startsWith(".") && Files.isRegularFile(file);
  }

  private static List<Path> jarsOf(Path path, List<String> problems) {
    List<Path> jars = List.of(path);
    if (Files.isDirectory(path)) {
      try (Stream<Path> files = Files.list(path)) {
        jars = files.filter(Plugin::isJar).sorted().toList();
      } catch (IOException e) {
        problems.add(String.format(Locale.ROOT, "plugin %s cannot be read: %s", path, e));
        return List.of();
      }
      if (jars.isEmpty()) {
        problems.add(
            String.format(
                Locale.ROOT,
                "plugin %s is a folder without jars; give a jar or a folder of jars",
                path));
      }
    } else if (!Files.exists(path)) {
      problems.add(
          String.format(
              Locale.ROOT, "plugin %s does not exist; give a jar or a folder of jars", path));
      return List.of();
    }
    for (Path jar : jars) {
      try (JarFile readable = new JarFile(jar.toFile())) {
        readable.size();
      } catch (IOException e) {
        problems.add(
            String.format(
                Locale.ROOT,
                "plugin %s is not a jar (%s); give a jar or a folder of jars",
                jar,
                e.getMessage()));
      }
    }
    return jars;
  }
}

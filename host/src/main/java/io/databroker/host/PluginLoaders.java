package io.databroker.host;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Class loaders of plugins, one for each set of jars, kept and used again until the JVM ends.
 *
 * <p>A library may keep threads and shutdown hooks that refer to its class loader after the backend
 * is closed. With a new class loader for each open, a service that repeatedly opens and closes a
 * plugin would leak threads and classes. A jar that has changed counts as another jar.
 *
 * <p><b>Thread-safety:</b> any thread may call it at any time.
 */
final class PluginLoaders {
  private static final Map<List<Jar>, URLClassLoader> LOADERS = new HashMap<>();

  private PluginLoaders() {}

  private record Jar(Path path, long size, FileTime modified, @Nullable Object key) {
    static Jar of(Path path) throws IOException {
      BasicFileAttributes now = Files.readAttributes(path, BasicFileAttributes.class);
      return new Jar(path.toAbsolutePath(), now.size(), now.lastModifiedTime(), now.fileKey());
    }
  }

  /**
   * Returns the class loader of these jars.
   *
   * @param name the name that a new class loader gets
   */
  static ClassLoader of(String name, List<Path> jars) {
    List<Jar> found = new ArrayList<>();
    try {
      for (Path jar : jars) {
        found.add(Jar.of(jar));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    synchronized (LOADERS) {
      return LOADERS.computeIfAbsent(List.copyOf(found), key -> create(name, jars));
    }
  }

  private static URLClassLoader create(String name, List<Path> jars) {
    return new URLClassLoader(
        name, jars.stream().map(PluginLoaders::url).toArray(URL[]::new), new SharedApiLoader());
  }

  private static URL url(Path jar) {
    try {
      return jar.toUri().toURL();
    } catch (MalformedURLException e) {
      throw new UncheckedIOException(e);
    }
  }
}

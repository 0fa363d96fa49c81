package io.databroker.tck.run;

import io.databroker.api.BackendProvider;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.stream.Stream;

/** Jars with providers, in a class loader that shares the api with the kit and nothing else. */
final class Plugins {
  private Plugins() {}

  /** The jars that these paths name: jars, and folders of jars. */
  static List<Path> jars(List<Path> plugins) throws IOException {
    List<Path> jars = new ArrayList<>();
    for (Path plugin : plugins) {
      if (Files.isDirectory(plugin)) {
        List<Path> inFolder;
        try (Stream<Path> files = Files.list(plugin)) {
          inFolder = files.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
        }
        if (inFolder.isEmpty()) {
          throw new UsageException(
              "--plugin %s: the folder holds no jar; build the backend first".formatted(plugin));
        }
        jars.addAll(inFolder);
      } else if (Files.isRegularFile(plugin)) {
        jars.add(plugin);
      } else {
        throw new UsageException("--plugin " + plugin + ": there is no such jar or folder");
      }
    }
    return jars;
  }

  /** The providers that can be found in these jars, or, without any, on the class path. */
  static List<BackendProvider> providers(List<Path> jars, ClassLoader classPath) {
    ClassLoader loader = jars.isEmpty() ? classPath : isolated(jars);
    List<BackendProvider> providers = new ArrayList<>();
    try {
      ServiceLoader.load(BackendProvider.class, loader).forEach(providers::add);
    } catch (ServiceConfigurationError | LinkageError e) {
      throw new UsageException("a provider could not be loaded from " + jars + ": " + e);
    }
    return providers;
  }

  private static ClassLoader isolated(List<Path> jars) {
    URL[] urls = new URL[jars.size()];
    for (int i = 0; i < urls.length; i++) {
      try {
        urls[i] = jars.get(i).toAbsolutePath().toUri().toURL();
      } catch (MalformedURLException e) {
        throw new UsageException("--plugin " + jars.get(i) + ": " + e.getMessage());
      }
    }
    return new URLClassLoader("plugin", urls, new ApiOnly());
  }

  /** What a plugin sees of the kit: the api. */
  private static final class ApiOnly extends ClassLoader {
    ApiOnly() {
      super("api", ClassLoader.getPlatformClassLoader());
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
      if (name.startsWith("io.databroker.api.") || name.startsWith("org.jspecify.")) {
        return Class.forName(name, false, Plugins.class.getClassLoader());
      }
      throw new ClassNotFoundException(name);
    }
  }
}

package io.databroker.tck.run;

import io.databroker.api.BackendProvider;
import io.databroker.tck.text.Texts;
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

  /** Returns the jars at these paths, each a jar or a folder of jars. */
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
              Texts.format(
                  "--plugin %s: the folder holds no jar; build the backend first", plugin));
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

  /**
   * Returns the providers of these plugins, each in its own class loader as in the host; without
   * plugins, those on the class path.
   */
  static List<BackendProvider> providers(List<Path> plugins) {
    List<BackendProvider> providers = new ArrayList<>();
    try {
      if (plugins.isEmpty()) {
        load(ClassLoader.getSystemClassLoader(), providers);
      }
      for (Path plugin : plugins) {
        load(isolated(jars(List.of(plugin))), providers);
      }
    } catch (ServiceConfigurationError | LinkageError | IOException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new UsageException(
          "a provider could not be loaded from " + plugins + ": " + e + "; cause: " + cause);
    }
    return providers;
  }

  private static void load(ClassLoader loader, List<BackendProvider> providers) {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(loader);
    try {
      ServiceLoader.load(BackendProvider.class, loader).forEach(providers::add);
    } finally {
      thread.setContextClassLoader(before);
    }
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

  /** Class loader that shares only the api with a plugin. */
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

package io.databroker.tck.run;

import java.io.File;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A JVM with the options that a backend needs, and with the backend on its class path; the kit and
 * its libraries are in a class loader of their own there.
 *
 * <p><b>Thread-safety:</b> stateless.
 */
public final class ChildJvm {
  private static final String CHILD = "databroker.tck.child";

  private ChildJvm() {}

  static boolean isChild() {
    return Boolean.getBoolean(CHILD);
  }

  /** Runs the same command line in such a JVM and answers its exit code. */
  static int run(List<String> options, List<Path> jars, List<String> arguments)
      throws IOException, InterruptedException {
    tryToStart(options);
    List<String> command = new ArrayList<>(List.of(java()));
    command.addAll(options);
    command.add("-D" + CHILD + "=true");
    List<String> classPath = new ArrayList<>();
    jars.forEach(jar -> classPath.add(jar.toString()));
    classPath.add(kit().toString());
    command.addAll(List.of("-cp", String.join(File.pathSeparator, classPath)));
    command.add(ChildJvm.class.getName());
    command.addAll(arguments);
    return new ProcessBuilder(command).inheritIO().start().waitFor();
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
          "the JVM does not start with the options %s: %s"
              .formatted(options, told.lines().findFirst().orElse("")));
    }
  }

  private static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  static Path kit() {
    try {
      return Path.of(ChildJvm.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The entry of the child: loads the kit apart from the class path, and runs it. */
  public static void main(String[] arguments) throws Exception {
    ClassLoader kit = new KitFirst(kit().toUri().toURL());
    Thread.currentThread().setContextClassLoader(kit);
    try {
      kit.loadClass("io.databroker.tck.run.Main")
          .getMethod("main", String[].class)
          .invoke(null, (Object) arguments);
    } catch (InvocationTargetException e) {
      throw new IllegalStateException("the kit failed", e.getCause());
    }
  }

  /** Takes all but the api from the kit's own jar first. */
  private static final class KitFirst extends URLClassLoader {
    KitFirst(URL kit) {
      super("kit", new URL[] {kit}, ClassLoader.getSystemClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (name.startsWith("io.databroker.api.") || name.startsWith("org.jspecify.")) {
        return super.loadClass(name, resolve);
      }
      synchronized (getClassLoadingLock(name)) {
        Class<?> loaded = findLoadedClass(name);
        if (loaded == null) {
          try {
            loaded = findClass(name);
          } catch (ClassNotFoundException notOfTheKit) {
            return super.loadClass(name, resolve);
          }
        }
        return loaded;
      }
    }
  }
}

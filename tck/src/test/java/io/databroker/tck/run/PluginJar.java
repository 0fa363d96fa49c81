package io.databroker.tck.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/** Builds jars from sources, as an author's build does. */
public final class PluginJar {
  private static final String PROVIDER =
      """
      package acme;
      import io.databroker.api.*;
      import java.util.*;
      public final class Provider implements BackendProvider {
        public String name() { return "acme"; }
        public String version() { return "1"; }
        public List<Setting<?>> settings() { return List.of(); }
        public Set<Capability> capabilities(Settings settings) { return Set.of(); }
        public Limits limits(Settings settings) { return Limits.FLOOR; }
        public Backend open(Settings settings, BackendContext context) {
          %s
        }
      }
      """;

  private PluginJar() {}

  /**
   * Compiles a provider named acme.
   *
   * @param open the body of its open method
   * @param engine the folder for a library that the open method can use: {@code acme.lib.Engine}
   */
  public static Path acme(Path directory, String open, Path engine) throws IOException {
    Path sources = Files.createDirectories(directory.resolve("sources"));
    Path provider = sources.resolve("Provider.java");
    Files.writeString(provider, PROVIDER.formatted(open));
    Path library = sources.resolve("Engine.java");
    Files.writeString(library, "package acme.lib; public class Engine { public Engine() {} }");
    Path classes = compile(directory, List.of(provider, library));
    Path services = Files.createDirectories(classes.resolve("META-INF/services"));
    Files.writeString(services.resolve("io.databroker.api.BackendProvider"), "acme.Provider");
    jar(engine, classes, name -> name.startsWith("acme/lib/"));
    return jar(directory.resolve("acme.jar"), classes, name -> !name.startsWith("acme/lib/"));
  }

  /** Compiles sources against the api; returns the folder of the classes. */
  public static Path compile(Path directory, List<Path> sources) throws IOException {
    Path classes = Files.createDirectories(directory.resolve("classes"));
    List<String> arguments =
        new ArrayList<>(List.of("-proc:none", "-cp", System.getProperty("java.class.path"), "-d"));
    arguments.add(classes.toString());
    sources.forEach(source -> arguments.add(source.toString()));
    int failed =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, arguments.toArray(new String[0]));
    assertThat(failed).isZero();
    return classes;
  }

  /** Packs the contents of a folder. */
  public static Path jar(Path jar, Path root, Predicate<String> names) throws IOException {
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
        Stream<Path> files = Files.walk(root)) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        String name = root.relativize(file).toString().replace('\\', '/');
        if (names.test(name)) {
          out.putNextEntry(new JarEntry(name));
          Files.copy(file, out);
          out.closeEntry();
        }
      }
    }
    return jar;
  }
}

package io.databroker.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.api.BackendProvider;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** Real jars, compiled while the test runs. */
final class Jars {
  private Jars() {}

  /** A jar of these classes (name, source, name, source, …) without a service file. */
  static Path library(Path jar, String... namesAndSources) throws IOException {
    return write(jar, "", List.of(namesAndSources));
  }

  /** Returns a jar of these classes with a service file that names the first class. */
  static Path plugin(Path jar, String... namesAndSources) throws IOException {
    return write(jar, namesAndSources[0] + "\n", List.of(namesAndSources));
  }

  /** Returns a jar of these classes with that service file. */
  static Path pluginNaming(Path jar, String serviceFile, String... namesAndSources)
      throws IOException {
    return write(jar, serviceFile, List.of(namesAndSources));
  }

  /** Returns the path of a copy of the jar without one of its classes. */
  static Path without(Path jar, Path smaller, String entry) throws IOException {
    Files.copy(jar, smaller);
    try (FileSystem content = FileSystems.newFileSystem(smaller)) {
      Files.delete(content.getPath(entry));
    }
    return smaller;
  }

  /** Returns a jar of all files in that folder. */
  static Path ofFolder(Path classes, Path jar) throws IOException {
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out = new JarOutputStream(file);
        Stream<Path> content = Files.walk(classes)) {
      for (Path entry : (Iterable<Path>) content.filter(Files::isRegularFile)::iterator) {
        out.putNextEntry(new JarEntry(classes.relativize(entry).toString().replace('\\', '/')));
        out.write(Files.readAllBytes(entry));
        out.closeEntry();
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    return jar;
  }

  /**
   * Returns the source of a provider. On open, its backend evaluates the expressions, and lists
   * their texts as its types.
   */
  static String provider(String className, String name, String version, String... types) {
    return """
        import io.databroker.api.*;
        import java.lang.reflect.Proxy;
        import java.util.*;

        public class %s implements BackendProvider {
          public String name() { return %s; }
          public String version() { return %s; }
          public List<Setting<?>> settings() { return List.of(); }
          public Set<Capability> capabilities(Settings settings) { return Set.of(); }
          public Limits limits(Settings settings) { return Limits.FLOOR; }
          public Backend open(Settings settings, BackendContext context) {
            List<String> types = Arrays.asList(%s);
            return (Backend) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Backend.class},
                (proxy, method, arguments) -> method.getName().equals("listTypes") ? types : null);
          }
        }
        """
        .formatted(className, name, version, String.join(", ", types));
  }

  private static Path write(Path jar, String serviceFile, List<String> namesAndSources)
      throws IOException {
    Path classes = Files.createTempDirectory(jar.getParent(), "classes");
    if (!namesAndSources.isEmpty()) {
      String api = Origin.of(BackendProvider.class).orElseThrow();
      compile(classes, "-classpath", api, namesAndSources);
    }
    if (!serviceFile.isEmpty()) {
      Path services = Files.createDirectories(classes.resolve("META-INF/services"));
      Files.writeString(services.resolve(BackendProvider.class.getName()), serviceFile);
    }
    return ofFolder(classes, jar);
  }

  /** Compiles these classes (name, source, name, source, …) against that class or module path. */
  static void compile(Path into, String pathOption, String path, List<String> namesAndSources) {
    List<JavaFileObject> sources = new ArrayList<>();
    for (int i = 0; i < namesAndSources.size(); i += 2) {
      sources.add(new Source(namesAndSources.get(i), namesAndSources.get(i + 1)));
    }
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter output = new StringWriter();
    List<String> options = List.of("-d", into.toString(), "-proc:none", pathOption, path);
    assertThat(compiler.getTask(output, null, null, options, null, sources).call())
        .as("%s", output)
        .isTrue();
  }

  private static final class Source extends SimpleJavaFileObject {
    private final String text;

    Source(String className, String text) {
      super(URI.create("string:///" + className.replace('.', '/') + ".java"), Kind.SOURCE);
      this.text = text;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }
}

package io.databroker.host;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.util.concurrent.internal.InternalFutureFailureAccess;
import com.google.inject.Guice;
import io.databroker.api.Backend;
import io.databroker.api.BackendProvider;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import org.slf4j.jul.JDK14LoggerFactory;

/** Runs a small application in a separate JVM, with the class path and module path of the test. */
class ClassPathTest {
  private static final String MAIN =
      """
      package app;

      import io.databroker.api.*;
      import io.databroker.host.*;
      import java.nio.file.Path;
      import java.util.List;

      public class Main {
        public static void main(String[] plugins) {
          Databroker.Builder builder = Databroker.builder().backend("inmemory");
          for (String plugin : plugins) {
            builder.plugin(Path.of(plugin));
          }
          try (Databroker broker = builder.open()) {
            broker.backend().put(List.of(Write.put("car", "7", Bytes.utf8("blue"))));
            System.out.println("types " + broker.backend().listTypes());
            System.out.println("host in " + Databroker.class.getModule());
            System.out.println("from " + broker.opened().provider().source());
          }
        }
      }
      """;

  @TempDir Path folder;

  private final List<String> host =
      List.of(
          of(Backend.class),
          of(Databroker.class),
          of(Guice.class),
          of(jakarta.inject.Inject.class),
          of(org.aopalliance.intercept.MethodInterceptor.class),
          of(com.google.common.collect.ImmutableList.class),
          of(InternalFutureFailureAccess.class),
          of(LoggerFactory.class),
          of(JDK14LoggerFactory.class));

  private final String inMemory = inMemory();
  private Path classes;

  @BeforeEach
  void makeFolder() throws IOException {
    classes = Files.createDirectory(folder.resolve("app"));
  }

  @Test
  void onTheClassPath() throws Exception {
    List<String> path = new ArrayList<>(host);
    path.add(inMemory);
    assertThat(runOnClassPath(path))
        .contains("types [car]", "from " + inMemory)
        .anyMatch(line -> line.startsWith("host in unnamed module"));
  }

  @Test
  void asAPlugin() throws Exception {
    assertThat(runOnClassPath(host, plugin().toString())).contains("types [car]");
  }

  /** Creates a plugin folder with the same files as that of the build. */
  private Path plugin() throws Exception {
    Path plugin = Files.createDirectory(folder.resolve("plugin"));
    Path provider = Path.of(inMemory);
    if (Files.isDirectory(provider)) { // not packaged yet
      Jars.ofFolder(provider, plugin.resolve("provider.jar"));
    } else {
      Files.copy(provider, plugin.resolve("provider.jar"));
    }
    return plugin;
  }

  private List<String> runOnClassPath(List<String> path, String... plugins) throws Exception {
    String libraries = String.join(File.pathSeparator, path);
    Jars.compile(classes, "-classpath", libraries, List.of("app.Main", MAIN));
    List<String> arguments =
        new ArrayList<>(List.of("-cp", libraries + File.pathSeparator + classes, "app.Main"));
    arguments.addAll(List.of(plugins));
    return ChildJvm.run(folder, arguments);
  }

  private static String of(Class<?> type) {
    return Origin.of(type).orElseThrow();
  }

  private static String inMemory() {
    return ServiceLoader.load(BackendProvider.class).stream()
        .filter(it -> it.type().getPackageName().endsWith("inmemory"))
        .map(it -> of(it.type()))
        .findFirst()
        .orElseThrow();
  }
}

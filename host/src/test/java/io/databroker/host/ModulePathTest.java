package io.databroker.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A host that is a module, in a separate JVM. */
class ModulePathTest {
  private static final String MODULE =
      """
      module app {
        requires io.databroker.host;
      }
      """;
  private static final String MAIN =
      """
      package app;

      import com.google.inject.Guice;
      import io.databroker.api.*;
      import io.databroker.host.*;
      import java.nio.file.Path;
      import java.util.List;

      public class Main {
        public static void main(String[] args) {
          try (Databroker broker = Databroker.builder()
              .backend("inmemory")
              .backend("plugged", BackendConfig.of("sees"))
              .plugin(Path.of(args[0]))
              .open()) {
            Backend records = Guice.createInjector(DatabrokerModule.of(broker)).getInstance(Backend.class);
            records.put(List.of(Write.put("car", "7", Bytes.utf8("blue"))));
            System.out.println("types " + records.listTypes());
            System.out.println("host " + Databroker.class.getModule());
            System.out.println("guice " + Guice.class.getModule());
            System.out.println("plugin " + broker.backend("plugged").listTypes());
          }
        }
      }
      """;

  /** The module descriptor that the README shows. */
  private static final String OPEN_MODULE =
      """
      open module app {
        requires io.databroker.host;
      }
      """;

  @TempDir Path folder;

  @Test
  void theReadmesProgramIsAModule() throws Exception {
    String readme = Files.readString(Path.of("..", "README.md"));
    int begin =
        readme.lastIndexOf("```java\n", readme.indexOf("class QuickStart")) + "```java\n".length();
    String program = readme.substring(begin, readme.indexOf("```", begin));
    assertThat(program).contains("class QuickStart").contains("@Inject Backend");
    assertThat(readme.replaceAll("\\s+", " "))
        .contains(OPEN_MODULE.strip().replaceAll("\\s+", " "));
    Path application = folder.resolve("quick-start");
    Jars.compile(
        application,
        "--module-path",
        modulePath(),
        List.of("module-info", OPEN_MODULE, "app.QuickStart", "package app;\n" + program));
    assertThat(
            ChildJvm.run(
                folder,
                List.of(
                    "--module-path=" + modulePath() + File.pathSeparator + application,
                    "--module=app/app.QuickStart")))
        .contains("[car]");
  }

  @Test
  void aModularHostFindsModulesAndPluginsAndKeepsThemApart() throws Exception {
    Path plugin =
        Jars.plugin(
            folder.resolve("sees.jar"),
            "Sees",
            Jars.provider(
                "Sees",
                "\"sees\"",
                "\"1\"",
                "Probe.see(\"com.google.inject.Guice\")",
                "Probe.see(\"io.databroker.host.Databroker\")",
                "Probe.see(\"io.databroker.inmemory.InMemoryProvider\")",
                "Probe.see(\"io.databroker.api.Backend\")",
                "Probe.see(\"java.sql.Driver\")",
                "Probe.see(\"javax.tools.JavaCompiler\")"),
            "Probe",
            """
            public class Probe {
              static String see(String name) {
                try {
                  return Class.forName(name).getSimpleName();
                } catch (ClassNotFoundException e) {
                  return "no class";
                }
              }
            }
            """);
    assertThat(run(plugin))
        .contains(
            "types [car]",
            "host module io.databroker.host",
            "guice module com.google.guice",
            "plugin [no class, no class, no class, Backend, Driver, JavaCompiler]");
  }

  private List<String> run(Path plugin) throws IOException, InterruptedException {
    String modulePath = modulePath();
    Path application = folder.resolve("application");
    Jars.compile(
        application, "--module-path", modulePath, List.of("module-info", MODULE, "app.Main", MAIN));
    return ChildJvm.run(
        folder,
        List.of(
            // The plugin loads them by name; no host module requires them.
            "--add-modules=java.sql,java.compiler",
            "--module-path=" + modulePath + File.pathSeparator + application,
            "--module=app/app.Main",
            plugin.toString()));
  }

  private static String modulePath() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(entry -> !entry.endsWith("test-classes"))
        .collect(Collectors.joining(File.pathSeparator));
  }
}

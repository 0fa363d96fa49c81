package io.databroker.host;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.util.concurrent.internal.InternalFutureFailureAccess;
import com.google.inject.Guice;
import io.databroker.api.Backend;
import io.databroker.api.BackendProvider;
import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.TimeUnit;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import org.slf4j.jul.JDK14LoggerFactory;

/** A small application in a JVM of its own, which has on its paths what the test gives it. */
class ChildJvmTest {
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

  private static final String CAFFEINE = "com.github.benmanes.caffeine.cache.Caffeine";

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
  void onTheModulePath() throws Exception {
    List<String> path = new ArrayList<>(host);
    path.add(inMemory);
    path.add(caffeine());
    path.add(classes.toString());
    String modules = String.join(File.pathSeparator, path);
    Path module = folder.resolve("module-info.java");
    Files.writeString(module, "module app { requires io.databroker.host; }");
    // Annotations are needed to compile, and not to run.
    compile("--module-path", modules + File.pathSeparator + of(NullMarked.class), module);
    assertThat(run("--module-path", modules, "--module", "app/app.Main"))
        .contains("types [car]", "host in module io.databroker.host", "from " + inMemory);
  }

  @Test
  void onTheClassPath() throws Exception {
    List<String> path = new ArrayList<>(host);
    path.add(inMemory);
    path.add(caffeine());
    assertThat(runOnClassPath(path))
        .contains("types [car]", "from " + inMemory)
        .anyMatch(line -> line.startsWith("host in unnamed module"));
  }

  @Test
  void asAPluginWithLibrariesThatTheHostDoesNotHave() throws Exception {
    assertThat(runOnClassPath(host, plugin().toString())).contains("types [car]");
  }

  @Test
  void asAPluginBesideAnotherVersionOfItsLibraryInTheHost() throws Exception {
    Path other =
        Jars.library(
            folder.resolve("caffeine-99.jar"),
            CAFFEINE,
            "package com.github.benmanes.caffeine.cache; public class Caffeine {}");
    List<String> path = new ArrayList<>(List.of(other.toString()));
    path.addAll(host);
    assertThat(runOnClassPath(path, plugin().toString())).contains("types [car]");
  }

  /** What the build leaves for "--plugin", made of the same files. */
  private Path plugin() throws Exception {
    Path plugin = Files.createDirectory(folder.resolve("plugin"));
    Path provider = Path.of(inMemory);
    if (Files.isDirectory(provider)) { // not packaged yet
      Jars.ofFolder(provider, plugin.resolve("provider.jar"));
    } else {
      Files.copy(provider, plugin.resolve("provider.jar"));
    }
    Files.copy(Path.of(caffeine()), plugin.resolve("caffeine.jar"));
    return plugin;
  }

  private List<String> runOnClassPath(List<String> path, String... plugins) throws Exception {
    String libraries = String.join(File.pathSeparator, path);
    compile("-classpath", libraries);
    List<String> command =
        new ArrayList<>(List.of("-cp", libraries + File.pathSeparator + classes, "app.Main"));
    command.addAll(List.of(plugins));
    return run(command.toArray(new String[0]));
  }

  private void compile(String pathOption, String path, Path... more) throws IOException {
    Path main = folder.resolve("Main.java");
    Files.writeString(main, MAIN);
    List<Path> sources = new ArrayList<>(List.of(more));
    sources.add(main);
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter output = new StringWriter();
    List<String> options = List.of("-d", classes.toString(), "-proc:none", pathOption, path);
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      assertThat(
              compiler
                  .getTask(
                      output,
                      files,
                      null,
                      options,
                      null,
                      files.getJavaFileObjectsFromPaths(sources))
                  .call())
          .as("%s", output)
          .isTrue();
    }
  }

  private List<String> run(String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(arguments));
    Path output = folder.resolve("output.txt");
    Process child =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      assertThat(child.waitFor(120, TimeUnit.SECONDS)).as("ended in time").isTrue();
    } finally {
      child.destroyForcibly();
    }
    List<String> lines = Files.readAllLines(output);
    assertThat(child.exitValue()).as("%s", lines).isZero();
    return lines;
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

  private static String caffeine() throws ClassNotFoundException {
    return of(Class.forName(CAFFEINE));
  }
}

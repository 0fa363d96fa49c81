package io.databroker.tck;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.api.BackendProvider;
import io.databroker.tck.run.KitRun;
import io.databroker.tck.run.MainAccess;
import io.databroker.tck.run.Outcome;
import io.databroker.tck.run.PluginJar;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compiles the example backend outside the build, and runs it both ways. */
class StrangerBackendTest {
  private static final Path EXAMPLE = Path.of("..", "examples", "stranger-backend", "src", "main");

  @TempDir static Path directory;
  private static Path jar;

  @BeforeAll
  static void compile() throws IOException {
    Path classes;
    try (Stream<Path> sources = Files.walk(EXAMPLE.resolve("java"))) {
      classes =
          PluginJar.compile(
              directory, sources.filter(file -> file.toString().endsWith(".java")).toList());
    }
    Path services = Files.createDirectories(classes.resolve("META-INF/services"));
    String provider = "io.databroker.api.BackendProvider";
    Files.copy(
        EXAMPLE.resolve("resources/META-INF/services").resolve(provider),
        services.resolve(provider));
    jar =
        PluginJar.jar(
            Files.createDirectories(directory.resolve("plugin")).resolve("stranger.jar"),
            classes,
            name -> true);
  }

  @Test
  void itHasAtMostTwoHundredAndFiftyLinesOfCode() throws IOException {
    long lines = 0;
    try (Stream<Path> sources = Files.walk(EXAMPLE.resolve("java"))) {
      for (Path source : sources.filter(Files::isRegularFile).toList()) {
        lines +=
            Files.readAllLines(source).stream()
                .map(String::strip)
                .filter(line -> !line.matches("|(//|/\\*|\\*|import |package ).*"))
                .count();
      }
    }
    assertThat(lines).isLessThanOrEqualTo(250);
  }

  @Test
  void itPassesAsATestClass() throws IOException {
    try (URLClassLoader loader = new URLClassLoader(new URL[] {jar.toUri().toURL()})) {
      BackendProvider provider =
          ServiceLoader.load(BackendProvider.class, loader).stream()
              .map(ServiceLoader.Provider::get)
              .filter(found -> found.name().equals("stranger"))
              .findFirst()
              .orElseThrow();
      List<Outcome> outcomes =
          KitRun.run(() -> provider, Set.of(), Map.of("databroker.tck.budget", "7"), outcome -> {});
      assertThat(outcomes).hasSizeGreaterThan(150);
      assertThat(outcomes)
          .filteredOn(outcome -> outcome.verdict() == Outcome.Verdict.FAIL)
          .isEmpty();
    }
  }

  @Test
  void itPassesAsAPlugin() throws IOException {
    ByteArrayOutputStream told = new ByteArrayOutputStream();
    Path report = directory.resolve("report");
    int exit =
        run(
            told,
            "--backend=stranger",
            "--plugin=" + jar.getParent(),
            "--rules=PUT,LIST-1,GET-3",
            "--budget=5",
            "--seed=11",
            "--report=" + report);
    assertThat(told.toString(StandardCharsets.UTF_8))
        .contains("NOT RUN GET-3", "SKIPPED PUT-9: not declared: durable", " passed, 0 failed");
    assertThat(exit).isIn(0, 3);
    assertThat(report).isDirectoryContaining("glob:**.json").isDirectoryContaining("glob:**.xml");
    assertThat(report.resolve("report.txt")).content().contains("seed 11");
  }

  @Test
  void whatCannotBeObeyedIsRefused() {
    assertThat(refused()).contains("--backend NAME");
    assertThat(refused("--backend=nobody", "--plugin=" + jar)).contains("no such backend");
    String[] mine = {"--backend=stranger", "--plugin=" + jar};
    assertThat(refused(mine[0], mine[1], "--rules=NO-1")).contains("NO-1");
    assertThat(refused(mine[0], mine[1], "--set=a=b")).contains("it has none");
    assertThat(refused(mine[0], "--plugin=none.jar")).contains("none.jar");
    assertThat(refused("--recheck=none.txt")).contains("none.txt");
  }

  /** Returns what the kit says about arguments that it does not accept. */
  private static String refused(String... arguments) {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
    PrintStream told = new PrintStream(err, true, StandardCharsets.UTF_8);
    assertThat(MainAccess.run(nowhere, told, arguments)).isEqualTo(2);
    return err.toString(StandardCharsets.UTF_8);
  }

  @Test
  void aRunOfNoTestFails() {
    String[] arguments = {
      "--backend=stranger", "--plugin=" + jar, "--rules=VER-6", "--report=" + directory
    };
    assertThat(run(OutputStream.nullOutputStream(), arguments)).isEqualTo(1);
  }

  private static int run(OutputStream out, String... arguments) {
    return MainAccess.run(new PrintStream(out, true, StandardCharsets.UTF_8), arguments);
  }
}

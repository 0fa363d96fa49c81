package io.databroker.tck.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A backend that attacks the kit gets a verdict for the current rule, and the run continues. */
class JudgeTest {
  private static final Path EXAMPLE =
      Path.of("..", "examples", "stranger-backend", "src", "main", "java");

  /** The example backend, with one harmful action that a setting chooses. */
  private static final String HOSTILE =
      """
      package hostile;
      import io.databroker.api.*;
      import java.lang.reflect.*;
      import java.util.*;
      public final class Provider implements BackendProvider {
        private static final Setting<String> EVIL = Setting.text("evil", "none", "the deed");
        private static final List<long[]> LEAK = new ArrayList<>();
        private final BackendProvider right = new org.stranger.StrangerProvider();
        public Provider() {
          if (Boolean.getBoolean("evil.constructor")) hang();
        }
        public String name() { return "hostile"; }
        public String version() { return "1"; }
        public List<Setting<?>> settings() { return List.of(EVIL); }
        public Set<Capability> capabilities(Settings s) { return right.capabilities(Settings.defaults()); }
        public Limits limits(Settings s) { return right.limits(Settings.defaults()); }
        private static void note() {
          String note = System.getProperty("evil.note");
          if (note == null) return;
          try {
            java.nio.file.Path left = java.nio.file.Files.createTempFile("evil", ".tmp");
            java.nio.file.Files.writeString(java.nio.file.Path.of(note), left.toString());
          } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
          }
        }
        private static void hang() {
          while (true) {
            try { Thread.sleep(1000); } catch (InterruptedException e) { }
          }
        }
        private static boolean isAway(String evil) {
          return evil.startsWith("away:") && new java.io.File(evil.substring(5)).exists();
        }
        private static void deed(String evil, String where) {
          if (isAway(evil) && !where.equals("close") && !where.equals("state")) {
            throw new UnavailableException("the engine is away", null);
          }
          if (!evil.endsWith(" " + where)) return;
          switch (evil.split(" ")[0]) {
            case "exit" -> System.exit(0);
            case "halt" -> {
              note();
              Runtime.getRuntime().halt(0);
            }
            case "hang" -> hang();
            case "error" -> throw new OutOfMemoryError("evil");
            case "stack" -> throw new StackOverflowError("evil");
            case "fill" -> { while (true) LEAK.add(new long[1 << 20]); }
            case "print" -> { while (true) System.out.println("evil evil evil evil evil evil"); }
            case "handler" -> Thread.setDefaultUncaughtExceptionHandler((t, e) -> { });
            case "loader" -> {
              ClassLoader mine = Provider.class.getClassLoader();
              if (Thread.currentThread().getContextClassLoader() != mine) {
                throw new IllegalStateException("another context class loader");
              }
            }
            default -> throw new IllegalStateException("evil");
          }
        }
        public Backend open(Settings s, BackendContext context) {
          String evil = s.get(EVIL);
          deed(evil, "open");
          Backend backend = right.open(Settings.defaults(), context);
          return (Backend) Proxy.newProxyInstance(
              Provider.class.getClassLoader(), new Class<?>[] {Backend.class},
              (proxy, method, arguments) -> {
                deed(evil, method.getName());
                if (isAway(evil) && method.getName().equals("state")) {
                  return BackendState.unavailable(BackendState.Reason.ENGINE_AWAY, "away");
                }
                try {
                  return method.invoke(backend, arguments);
                } catch (InvocationTargetException e) {
                  throw e.getCause();
                }
              });
        }
      }
      """;

  @TempDir static Path directory;
  private static Path jar;

  @TempDir Path report;

  private record Told(int exit, String text) {}

  @BeforeAll
  static void compile() throws IOException {
    Path provider = directory.resolve("Provider.java");
    Files.writeString(provider, HOSTILE);
    List<Path> sources = new ArrayList<>(List.of(provider));
    try (Stream<Path> files = Files.walk(EXAMPLE)) {
      files.filter(file -> file.toString().endsWith(".java")).forEach(sources::add);
    }
    Path classes = PluginJar.compile(directory, sources);
    Path services = Files.createDirectories(classes.resolve("META-INF/services"));
    Files.writeString(services.resolve("io.databroker.api.BackendProvider"), "hostile.Provider");
    jar = PluginJar.jar(directory.resolve("hostile.jar"), classes, name -> true);
  }

  private Told run(String evil, String rules, String... more) {
    List<String> arguments = new ArrayList<>(List.of("--backend=hostile", "--plugin=" + jar));
    arguments.addAll(List.of("--set=evil=" + evil, "--rules=" + rules, "--budget=0.5"));
    arguments.add("--report=" + report);
    arguments.addAll(List.of(more));
    if (arguments.stream().noneMatch(argument -> argument.startsWith("--call-bound"))) {
      arguments.add("--call-bound=1");
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream both = new PrintStream(out, true, StandardCharsets.UTF_8);
    int exit = MainAccess.run(both, both, arguments.toArray(new String[0]));
    return new Told(exit, out.toString(StandardCharsets.UTF_8));
  }

  private static void assertFails(Told told, String rule, String... words) {
    assertThat(told.text()).containsPattern("FAIL +" + rule).contains(words);
    assertThat(told.exit()).as(told.text()).isEqualTo(1);
  }

  @Test
  void anExitCostsTheTestsThatItHappenedIn() throws IOException {
    Told told = run("exit checkpoint", "CHECK,GET-2,LIST-2");
    assertFails(told, "CHECK-1", "the JVM of the backend ended with exit code 0");
    assertThat(told.text()).containsPattern("PASS +GET-2").containsPattern("PASS +LIST-2");
    assertThat(report.resolve("report.txt")).content().contains("java.lang.System.exit");
  }

  @Test
  void aHaltCostsTheTestsThatItHappenedIn() {
    Told told = run("halt checkpoint", "CHECK,GET-2");
    assertFails(told, "CHECK-1", "ended with exit code 0");
    assertThat(told.text()).containsPattern("PASS +GET-2");
  }

  @Test
  void aCallThatHangsIsNamedWithItsStack() throws IOException {
    Told told = run("hang checkpoint", "CHECK,GET-2");
    assertFails(told, "CHECK-1", "checkpoint did not return within 1.0 seconds");
    assertThat(told.text()).containsPattern("PASS +GET-2");
    assertThat(report.resolve("report.txt")).content().contains("hostile.Provider.hang");
  }

  @Test
  void aPutThatHangsEndsTheRunInBoundedTime() {
    Told told = run("hang put", "PUT,GET", "--call-bound=0.3");
    assertFails(told, "PUT-", "put did not return", "stopped after 12 tests");
    assertThat(told.text())
        .containsPattern("NOT RUN (GET|PUT)-"); // the order of chapters is not fixed
  }

  @Test
  void aChildThatEndsItsJvmLeavesNoTemporaryFiles() throws IOException {
    Path note = directory.resolve("left.txt");
    assertFails(
        run("halt open", "GET", "--jvm-option=-Devil.note=" + note), "OPEN-1", "exit code 0");
    Path left = Path.of(Files.readString(note));
    assertThat(left).doesNotExist();
    assertThat(left.getParent()).doesNotExist();
  }

  @Test
  void whatHappensBeforeTheTestsIsAVerdictOnOpening() {
    assertFails(run("halt open", "GET"), "OPEN-1", "exit code 0", "(in open)");
    assertFails(run("hang open", "GET", "--call-bound=0.5"), "OPEN-1", "open does not return");
    assertFails(run("exit close", "GET"), "CLOSE-1", "exit code 0", "(in close)");
    assertFails(
        run("none", "GET", "--call-bound=0.5", "--jvm-option=-Devil.constructor=true"),
        "OPEN-1",
        "the constructor of the provider does not return");
  }

  @Test
  void anErrorIsAFailureLikeAnyOther() throws IOException {
    Told told = run("error checkpoint", "CHECK,GET-2");
    assertFails(told, "CHECK-1", "OutOfMemoryError");
    assertThat(told.text()).containsPattern("PASS +GET-2");
    assertFails(run("stack checkpoint", "CHECK"), "CHECK-1", "StackOverflowError");
    assertThat(report.resolve("report.txt")).content().contains("hostile.Provider.deed");
  }

  @Test
  void aFullHeapCostsOneTest() {
    Told told = run("fill checkpoint", "CHECK,GET-2", "--jvm-option=-Xmx64m", "--call-bound=5");
    assertThat(told.text()).containsPattern("FAIL +CHECK-1").containsPattern("PASS +GET-2");
    assertThat(told.exit()).isEqualTo(1);
  }

  @Test
  void endlessOutputFillsNoDisk() throws IOException {
    Told told = run("print checkpoint", "CHECK,GET-2");
    assertFails(told, "CHECK-1", "checkpoint did not return");
    assertThat(told.text()).containsPattern("PASS +GET-2");
    assertThat(Files.size(report.resolve(Output.FILE))).isBetween(1_000L, 2_000_000L);
  }

  @Test
  void aReplacedExceptionHandlerIsTold() {
    assertFails(run("handler checkpoint", "CHECK"), "CHECK-1", "uncaught exception handler");
  }

  @Test
  void theContextClassLoaderOfAnOpenIsThePluginsOwn() {
    Told told = run("loader open", "GET-2,CHECK");
    assertThat(told.exit()).as(told.text()).isZero();
  }

  @Test
  void whatFailedLastIsRunAgainUntilNothingFails() {
    Told first = run("error checkpoint", "CHECK,GET-2", "--seed=77");
    assertFails(first, "CHECK-1", "Testing hostile 1, seed 77: ", " left]", ", done]");
    Told second = run("error checkpoint", "failed");
    assertFails(second, "CHECK-1", "seed 77: ", "only the tests that failed last");
    assertThat(second.text()).doesNotContain("GET-2");
    Told mended = run("none", "failed");
    assertThat(mended.exit()).as(mended.text()).isZero();
    Told none = run("none", "failed");
    assertThat(none.exit()).isEqualTo(2);
    assertThat(none.text()).contains("--rules failed: nothing failed in the last run");
  }

  @Test
  void commandsInjectAndHealAFault() {
    Path flag = report.resolve("flag");
    String evil = "away:" + flag;
    // The command takes longer than the calls that a client makes meanwhile.
    String fault = "--fault=gone=sleep 0.5; touch '" + flag + "'";
    Told right = run(evil, "ERR-2", fault, "--heal=gone=rm '" + flag + "'", "--call-bound=9");
    assertThat(right.exit()).as(right.text()).isZero();
    assertThat(right.text()).containsPattern("gone: [0-9]+ calls, [1-9][0-9]* not applied");
    Told broken = run(evil, "ERR-2", fault, "--heal=gone=echo nothing; exit 7");
    assertThat(broken.exit()).as(broken.text()).isEqualTo(3);
    assertThat(broken.text())
        .contains("the fault gone cannot be healed", "exit code 7", "it printed: nothing");
  }

  @Test
  void withoutFaultsTheirRulesAreNotRunAndTheReportSaysHowToGiveSome() {
    assertThat(run("none", "ERR-2").text()).contains("NOT RUN ERR-2: not run: no fault is given");
  }
}

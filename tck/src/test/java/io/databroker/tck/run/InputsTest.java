package io.databroker.tck.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.tck.history.History;
import io.databroker.tck.history.HistoryFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Invalid command lines are refused before the first test, with a hint. */
class InputsTest {
  @TempDir static Path directory;
  private static Path acme;

  @TempDir Path fresh;

  @BeforeAll
  static void compile() throws IOException {
    Path engine = directory.resolve("engine.jar");
    acme = PluginJar.acme(directory, "new acme.lib.Engine(); return null;", engine);
  }

  private static String refused(Object... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    String[] texts = new String[arguments.length];
    for (int i = 0; i < texts.length; i++) {
      texts[i] = arguments[i].toString();
    }
    int exit = MainAccess.run(new PrintStream(out, true), new PrintStream(err, true), texts);
    String told = err.toString(StandardCharsets.UTF_8);
    assertThat(exit).as("%s%s", out.toString(StandardCharsets.UTF_8), told).isEqualTo(2);
    assertThat(out.toString(StandardCharsets.UTF_8)).isEmpty();
    assertThat(told.strip().lines().count()).as(told).isEqualTo(1);
    return told;
  }

  private static String refusedOfAcme(Object... more) {
    Object[] arguments = new Object[more.length + 4];
    System.arraycopy(new Object[] {"--backend", "acme", "--plugin", acme}, 0, arguments, 0, 4);
    System.arraycopy(more, 0, arguments, 4, more.length);
    return refused(arguments);
  }

  @ParameterizedTest
  @ValueSource(strings = {"99999999999", "1e300", "Infinity", "-5", "NaN", "0", "1e-300"})
  void aBudgetIsANumberOfSeconds(String budget) {
    assertThat(refusedOfAcme("--budget=" + budget))
        .contains("--budget", "seconds above 0, at most 1000000");
  }

  @Test
  void aMissingLibraryIsNamed() {
    assertThat(refusedOfAcme())
        .contains("acme", "class not found: acme.lib.Engine", "is a library missing beside");
  }

  @Test
  void aBackendThatDoesNotOpenIsToldOnce() throws IOException {
    Path engine = fresh.resolve("engine.jar");
    String open = "throw new OpenFailedException(\"no disk: plug one in\", null);";
    Path broken = PluginJar.acme(fresh, open, engine);
    assertThat(refused("--backend", "acme", "--plugin", broken))
        .contains("acme cannot be opened", "no disk: plug one in");
    broken = PluginJar.acme(fresh, "return null;", engine);
    assertThat(refused("--backend", "acme", "--plugin", broken)).contains("open answered null");
  }

  @Test
  void aJvmThatDoesNotStartIsTold() {
    assertThat(refusedOfAcme("--jvm-option=-Xnonsense")).contains("-Xnonsense");
  }

  @Test
  void aJarThatIsNoneIsNamed() throws IOException {
    Path folder = Files.createDirectory(fresh.resolve("plugin"));
    Path broken = Files.writeString(folder.resolve("broken.jar"), "no jar");
    assertThat(refused("--backend", "acme", "--plugin", folder)).contains(broken.toString());
  }

  @Test
  void whereNoBackendIsTheWayToOneIsTold() throws IOException {
    Path empty = Files.createDirectory(fresh.resolve("empty"));
    assertThat(refused("--backend", "acme")).contains("give --plugin");
    assertThat(refused("--backend", "acme", "--plugin", empty))
        .contains(empty.toString(), "holds no jar");
    Path useless = PluginJar.jar(fresh.resolve("useless.jar"), directory, name -> false);
    assertThat(refused("--backend", "acme", "--plugin", useless))
        .contains("META-INF/services/io.databroker.api.BackendProvider");
    assertThat(refused("--backend", "nobody", "--plugin", acme)).contains("acme 1");
  }

  @Test
  void aReportThatCannotBeWrittenIsToldBeforeTheRun() throws IOException {
    Path file = Files.writeString(fresh.resolve("file"), "");
    assertThat(refusedOfAcme("--report", file)).contains("--report", file + "", "not a folder");
    assertThat(refusedOfAcme("--report", file.resolve("below"))).contains("--report", "Not a dir");
  }

  @Test
  void onlyHistoriesAreTakenOutOfAReportFolder() throws IOException {
    History history = new History(new History.Start(1, 1, Map.of(), List.of(), true), List.of());
    HistoryFile.write(fresh.resolve("history-PUT-2-1.txt"), history);
    Files.writeString(fresh.resolve("history-of-mine.txt"), "dear diary");
    ReportFolder.clear(fresh);
    assertThat(fresh).isDirectoryContaining("glob:**/history-of-mine.txt");
    assertThat(fresh.resolve("history-PUT-2-1.txt")).doesNotExist();
  }

  @Test
  void rulesMayBeInAnyCase() {
    assertThat(refusedOfAcme("--rules=list-4,Put")).contains("acme.lib.Engine");
    assertThat(refusedOfAcme("--rules=list-99")).contains("--rules list-99");
  }

  @Test
  void aFaultNeedsAHealOfItsName() {
    assertThat(refusedOfAcme("--fault=a=true")).contains("--fault a: give --heal a=COMMAND");
    assertThat(refusedOfAcme("--heal=a=true")).contains("--heal a: there is no --fault");
    assertThat(refusedOfAcme("--fault=a= ", "--heal=a=true")).contains("give NAME=COMMAND");
    assertThat(refusedOfAcme("--fault=a=true", "--heal=b=true")).contains("--heal a=COMMAND");
  }

  @Test
  void whatFailedLastNeedsAnEarlierRunOfTheSameBackend() throws IOException {
    assertThat(refusedOfAcme("--rules=failed", "--report", fresh))
        .contains("--rules failed", fresh.toString(), "holds no earlier run (no such file)");
    new LastRun("other", 1, Set.of("Gets.a"), Set.of("Gets.a")).write(fresh);
    assertThat(refusedOfAcme("--rules=Failed", "--report", fresh)).contains("backend other");
    Files.writeString(fresh.resolve("last-run.properties"), "seed=many");
    assertThat(refusedOfAcme("--rules=failed", "--report", fresh)).contains("is damaged");
  }

  @Test
  void aFailureIsToldOnceWithTheWholeCommandThatShowsItAgain() throws IOException {
    String open =
        """
        return (Backend) java.lang.reflect.Proxy.newProxyInstance(
            Provider.class.getClassLoader(), new Class<?>[] {Backend.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("close")) return null;
              throw new ClosedException("at once");
            });
        """;
    Path wrong = PluginJar.acme(fresh, open, fresh.resolve("engine.jar"));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    String report = fresh.resolve("report").toString();
    String[] arguments = {
      "--backend=acme", "--plugin=" + wrong, "--rules=FEED-2,FEED-4", "--seed=5", "--report", report
    };
    int exit = MainAccess.run(new PrintStream(out, true), arguments);
    String told = out.toString(StandardCharsets.UTF_8);
    assertThat(exit).as(told).isEqualTo(1);
    assertThat(told)
        .containsPattern(
            "Again: java -jar \\S+ --backend acme --plugin \\S+acme.jar --rules \\S+ --seed 5\n")
        .containsOnlyOnce("One of FEED-1, FEED-2, FEED-4 is broken")
        .contains("Concurrency.feedsBesideWriters, shown above");
  }

  @Test
  void whatIsNoHistoryIsTold() throws IOException {
    Path none = fresh.resolve("none.txt");
    assertThat(refused("--recheck", none)).contains(none.toString(), "no such file");
    assertThat(refused("--recheck", fresh)).contains(fresh.toString(), "folder");
    Path other = Files.writeString(fresh.resolve("other.txt"), "hello\nworld\n");
    assertThat(refused("--recheck", other)).contains("is not a history");
    Path bytes = Files.write(fresh.resolve("bytes"), new byte[] {(byte) 0xFF, (byte) 0xFE, 0});
    assertThat(refused("--recheck", bytes)).contains("is not a history");
  }

  @Test
  void aHistoryThatEndsTooEarlyIsToldWhereverItEnds() throws IOException {
    Path whole = fresh.resolve("whole.txt");
    HistoryFile.write(
        whole, new History(new History.Start(1, 123, Map.of(), List.of(), true), List.of()));
    String text = Files.readString(whole);
    for (int length = 0; length < text.strip().length(); length++) {
      Path cut = Files.writeString(fresh.resolve("cut.txt"), text.substring(0, length));
      assertThat(refused("--recheck", cut)).containsAnyOf("ends too early", "is not a history");
    }
  }
}

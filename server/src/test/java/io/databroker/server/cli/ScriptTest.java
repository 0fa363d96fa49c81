package io.databroker.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The script that builds and starts the jar, in a separate checkout. Its java prints its arguments,
 * and its mvn only pretends to build.
 */
class ScriptTest {
  private static final String TOOLS =
      "sh find head cksum sort sed cat mkdir rm mv readlink dirname flock tr env";

  private String javaOptions = "-Xmx64m -Dx=y";

  @TempDir Path folder;
  private Path checkout;
  private Path jar;
  private Path java;
  private final List<Process> processes = new ArrayList<>();

  @BeforeEach
  void checkOut() throws Exception {
    checkout = Files.createDirectories(folder.resolve("a check-out (é)"));
    Files.copy(
        Path.of("..", "databroker"),
        checkout.resolve("databroker"),
        StandardCopyOption.COPY_ATTRIBUTES);
    jar = checkout.resolve("server/target/databroker-server.jar");
    write("server/src/main/java/A.java", "class A {}");
    write("pom.xml", "<project>\n  <module>server</module>\n</project>\n");
    java = tool("jdk/bin/java", "echo \"$@\"");
    Path tools = Files.createDirectories(folder.resolve("tools"));
    for (String tool : TOOLS.split(" ", -1)) {
      for (String place : System.getenv("PATH").split(":", -1)) {
        Path found = Path.of(place, tool);
        if (Files.isExecutable(found) && !Files.exists(tools.resolve(tool))) {
          Files.createSymbolicLink(tools.resolve(tool), found);
        }
      }
    }
  }

  @AfterEach
  void endAll() {
    processes.forEach(Process::destroyForcibly);
  }

  private Path write(String file, String content) throws IOException {
    Path path = checkout.resolve(file);
    Files.createDirectories(path.getParent());
    return Files.writeString(path, content);
  }

  private Path tool(String file, String body) throws IOException {
    Path path = folder.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, "#!/bin/sh\n" + body + "\n");
    assertThat(path.toFile().setExecutable(true)).isTrue();
    return path;
  }

  /** A jar that is newer than its sources. */
  private void built() throws IOException {
    write("server/target/databroker-server.jar", "a jar");
    ahead(jar, 60);
  }

  private static void ahead(Path file, int seconds) throws IOException {
    Files.setLastModifiedTime(file, FileTime.from(Instant.now().plusSeconds(seconds)));
  }

  /** Makes mvn run that command, and record each run in a file. */
  private void maven(String body) throws IOException {
    tool("tools/mvn", "echo \"$@\" >>'" + folder + "/builds'\n" + body);
  }

  private List<String> builds() throws IOException {
    Path builds = folder.resolve("builds");
    return Files.exists(builds) ? Files.readAllLines(builds) : List.of();
  }

  private Process start(Path script, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of(script.toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("JAVA_HOME", java.getParent().getParent().toString());
    builder.environment().put("PATH", folder.resolve("tools").toString());
    builder.environment().put("DATABROKER_JAVA_OPTS", javaOptions);
    Process process = builder.redirectErrorStream(true).start();
    processes.add(process);
    return process;
  }

  private static String output(Process process, int code) throws Exception {
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(output).isEqualTo(code);
    return output;
  }

  private String called(String... arguments) throws Exception {
    return output(start(checkout.resolve("databroker"), arguments), 0);
  }

  private String refused() throws Exception {
    return output(start(checkout.resolve("databroker"), "types"), 1);
  }

  private String starts(String command) {
    return " -jar " + jar + " " + command + "\n";
  }

  @Test
  void aJarOlderThanItsSourcesIsUsedWhereNothingCanBuildAnother() throws Exception {
    built();
    ahead(write("server/src/main/java/A.java", "class A {}"), 3_600);
    assertThat(called("types"))
        .contains("is older than its sources, and no mvn found", "; it is used as it is\n")
        .endsWith(starts("types"));
    maven("exit 1");
    write("target", "a file where a folder has to be: nothing can be written");
    assertThat(called("types"))
        .contains("is older than its sources, and " + checkout + " cannot be written to")
        .endsWith(starts("types"));
    assertThat(builds()).isEmpty();
  }

  @Test
  void withoutAJarItIsToldWhatIsMissing() throws Exception {
    assertThat(refused()).startsWith("databroker: there is no " + jar + ", and no mvn found");
    maven("exit 1");
    write("target", "a file where a folder has to be: nothing can be written");
    assertThat(refused()).contains("cannot be written to");
  }

  @Test
  void aCopyOfTheSourcesWithOtherTimesIsNoOtherSource() throws Exception {
    maven("mkdir -p server/target/run && echo a jar >server/target/run/databroker-server.jar");
    called("types");
    ahead(write("server/src/main/java/A.java", "class A {}"), 3_600);
    assertThat(called("types")).startsWith("-XX:");
    assertThat(builds()).hasSize(1);
    ahead(write("server/src/main/java/A.java", "class B {}"), 3_600);
    assertThat(called("types")).startsWith("databroker: building");
    assertThat(builds()).hasSize(2);
  }

  @Test
  void aFolderThatIsNoModuleIsNoSource() throws Exception {
    maven("mkdir -p server/target/run && echo a jar >server/target/run/databroker-server.jar");
    called("types");
    ahead(write("my-store/pom.xml", "<project/>"), 3_600);
    ahead(write("my-store/src/main/java/A.java", "class A {}"), 3_600);
    assertThat(called("types")).startsWith("-XX:");
    assertThat(builds()).hasSize(1);
  }

  @Test
  void theFirstRunBuildsOnlyWhatTheServerNeeds() throws Exception {
    maven("mkdir -p server/target/run && echo a jar >server/target/run/databroker-server.jar");
    assertThat(called("serve")).startsWith("databroker: building ").endsWith(starts("serve"));
    assertThat(builds()).singleElement().asString().contains("-P run -pl server -am package");
    assertThat(called("serve")).endsWith(starts("serve")).doesNotContain("building");
  }

  @Test
  void firstRunsAtOnceBuildOnce() throws Exception {
    assertThat(new ProcessBuilder("mkfifo", folder.resolve("go").toString()).start().waitFor())
        .isZero();
    // The build continues when the test says so: by then all four have begun.
    maven(
        "read line <'"
            + folder
            + "/go'\nmkdir -p server/target/run && echo a jar >server/target/run/databroker-server.jar");
    List<Process> all = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      all.add(start(checkout.resolve("databroker"), "types"));
    }
    Files.writeString(folder.resolve("go"), "go\n");
    for (Process each : all) {
      assertThat(output(each, 0)).endsWith(starts("types"));
    }
    assertThat(builds()).hasSize(1);
    assertThat(all).hasSize(4);
  }

  @Test
  void aBuildThatFailsLeavesTheJarThatThereIs() throws Exception {
    built();
    ahead(write("server/src/main/java/A.java", "class A {"), 3_600);
    maven("echo '[ERROR] A.java' >&2; exit 1");
    assertThat(refused()).contains("[ERROR] A.java\n", "databroker: the build failed: see above\n");
    assertThat(jar).hasContent("a jar");
  }

  @Test
  void itIsFoundThroughLinks() throws Exception {
    built();
    Path here = Files.createDirectories(folder.resolve("bin"));
    Path absolute = here.resolve("absolute");
    Files.createSymbolicLink(absolute, checkout.resolve("databroker"));
    Files.createSymbolicLink(here.resolve("relative"), Path.of("absolute"));
    Files.createSymbolicLink(folder.resolve("linked"), here);
    for (Path script :
        List.of(absolute, here.resolve("relative"), folder.resolve("linked/relative"))) {
      assertThat(output(start(script, "types"), 0)).endsWith(starts("types"));
    }
  }

  @Test
  void argumentsArriveAsTheyAre() throws Exception {
    built();
    tool("jdk/bin/java", "shift $(($# - 5)); printf '<%s>' \"$@\"");
    assertThat(called("put", "a b", "", "*", "$HOME \\ \"'\n"))
        .isEqualTo("<put><a b><><*><$HOME \\ \"'\n>");
  }

  @Test
  void aJavaThatCannotRunItIsNamed() throws Exception {
    built();
    Path release = folder.resolve("jdk/release");
    for (String old : List.of("11.0.2", "1.8.0_392", "9")) {
      Files.writeString(release, "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + old + "\"\n");
      assertThat(refused())
          .isEqualTo(
              "databroker: %s is Java %s: install a JDK 17 or later, or set JAVA_HOME\n"
                  .formatted(java, old.replaceAll("\\..*", "")));
    }
    for (String fit : List.of("17", "25.0.1", "26-ea")) {
      Files.writeString(release, "JAVA_VERSION=\"" + fit + "\"\n");
      assertThat(called("types")).endsWith(starts("types"));
    }
    Files.delete(java);
    assertThat(refused()).contains("JAVA_HOME is ", ", which has no bin/java: set it to a JDK 17");
  }

  @Test
  void withoutJavaItIsToldWhatToInstall() throws Exception {
    built();
    ProcessBuilder builder = new ProcessBuilder(checkout.resolve("databroker").toString(), "types");
    builder.environment().remove("JAVA_HOME");
    builder.environment().put("PATH", folder.resolve("tools").toString());
    Process process = builder.redirectErrorStream(true).start();
    processes.add(process);
    assertThat(output(process, 1))
        .isEqualTo("databroker: no java found: install a JDK 17 or later, or set JAVA_HOME\n");
  }

  @Test
  void aServerWhoseHeapIsFullExits() throws Exception {
    built();
    assertThat(called("serve"))
        .contains(" -XX:+ExitOnOutOfMemoryError ", " -Xmx64m -Dx=y -jar ")
        .endsWith(starts("serve"));
  }

  private String servedWith(String options) throws Exception {
    javaOptions = options;
    return called("serve");
  }

  @Test
  void aServersMemoryIsBoundedAndGivenBack() throws Exception {
    built();
    assertThat(servedWith(""))
        .containsPattern(" -Xmx\\d+m -XX:MaxDirectMemorySize=\\d+m ")
        .contains(" -XX:+UseG1GC ", " -XX:G1PeriodicGCInterval=30000 ");
  }

  @Test
  void theOperatorsHeapAndCollectorWin() throws Exception {
    built();
    assertThat(servedWith("-Xmx64m"))
        .containsOnlyOnce("-Xmx")
        .doesNotContain("MaxDirectMemorySize")
        .contains(" -XX:+UseG1GC ");
    assertThat(servedWith("-XX:MaxRAMPercentage=50")).doesNotContain("-Xmx");
    assertThat(servedWith("-XX:+UseZGC"))
        .containsPattern(" -Xmx\\d+m ")
        .doesNotContain("G1")
        .endsWith(" -XX:+UseZGC" + starts("serve"));
    assertThat(servedWith("-XX:MaxDirectMemorySize=1g")).containsOnlyOnce("MaxDirectMemorySize");
  }

  @Test
  void aCommandThatIsSoonOverIsNotCompiledWell() throws Exception {
    built();
    assertThat(called("types")).contains(" -XX:TieredStopAtLevel=1 ").doesNotContain("OutOfMemory");
  }
}

package io.databroker.tck.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Document;

/** An author's first hour: a new project compiles, and its first run shows the next step. */
class NewBackendTest {
  @TempDir Path directory;

  private Path written(String name) {
    return new NewBackend(name, Main.VERSION).write(directory);
  }

  private static Path compiled(Path project) throws IOException {
    Path classes = Files.createDirectories(project.resolve("target/classes"));
    List<String> arguments =
        new ArrayList<>(List.of("-proc:none", "-Xlint:all,-path", "-Werror", "-cp"));
    arguments.addAll(List.of(System.getProperty("java.class.path"), "-d", classes.toString()));
    try (Stream<Path> files = Files.walk(project.resolve("src"))) {
      files.map(Path::toString).filter(file -> file.endsWith(".java")).forEach(arguments::add);
    }
    ByteArrayOutputStream told = new ByteArrayOutputStream();
    int failed =
        ToolProvider.getSystemJavaCompiler()
            .run(null, told, told, arguments.toArray(new String[0]));
    assertThat(failed).as(told.toString(StandardCharsets.UTF_8)).isZero();
    Path resources = project.resolve("src/main/resources");
    try (Stream<Path> files = Files.walk(resources)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path copy = classes.resolve(resources.relativize(file));
        Files.createDirectories(copy.getParent());
        Files.copy(file, copy);
      }
    }
    return PluginJar.jar(project.resolve("plugin.jar"), classes, name -> !name.contains("TckTest"));
  }

  @Test
  void theFirstRunPassesAPartAndSaysWhatToWriteNext() throws IOException {
    Path jar = compiled(written("my-store2"));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int exit =
        MainAccess.run(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            "--backend=my-store2",
            "--plugin=" + jar,
            "--rules=GET-2,LEASE-5,SNAP-1,FEED-3",
            "--budget=0.2",
            "--report=" + directory.resolve("report"));
    String told = out.toString(StandardCharsets.UTF_8);
    assertThat(exit).as(told).isEqualTo(1);
    assertThat(told)
        .containsPattern("PASS +GET-2")
        .containsPattern("PASS +LEASE-5")
        .contains("snapshot is not written yet. Its rules in CONTRACT.md: SNAP, INDEX. A help: ")
        .contains("changes is not written yet. Its rules in CONTRACT.md: FEED. A help: ")
        .doesNotContain("cannot be opened");
  }

  @Test
  void thePomNamesTheKitOfThisVersion() throws Exception {
    Path project = written("acme");
    Document pom =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(project.resolve("pom.xml").toFile());
    assertThat(pom.getElementsByTagName("artifactId").item(0).getTextContent())
        .isEqualTo("acme-backend");
    Document kit =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(Path.of("pom.xml").toFile());
    assertThat(kit.getElementsByTagName("version").item(0).getTextContent())
        .isEqualTo(Main.VERSION);
    assertThat(project.resolve("pom.xml"))
        .content()
        .containsOnlyOnce("databroker-api")
        .contains("<version>" + Main.VERSION + "</version>");
    try (Stream<Path> files = Files.walk(project)) {
      assertThat(files.filter(Files::isRegularFile))
          .hasSize(6)
          .allSatisfy(file -> assertThat(file).content().doesNotContain("@NAME@", "@CLASS@", "@P"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "db2", "my-sql-store", "record", "object", "string", "java", "x-1"})
  void aNameThatJavaAllowsCompiles(String name) throws IOException {
    compiled(written(name));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "MyStore",
        "my store",
        "my_store",
        "-x",
        "x-",
        "x--y",
        "2db",
        ".",
        "..",
        "../x",
        "a/b",
        "a\\b",
        "/tmp/x",
        "C:x",
        "zo\u00eb",
        "\u0131",
        "x\n",
        "x\u0000",
        "@NAME@",
        "$x",
        "~"
      })
  void aNameThatIsNoneIsRefused(String name) {
    assertThatThrownBy(() -> new NewBackend(name, Main.VERSION))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("--new \"")
        .hasMessageContaining("lower-case letters")
        .satisfies(refused -> assertThat(refused.getMessage().lines()).hasSize(1));
    assertThat(directory).isEmptyDirectory();
  }

  @ParameterizedTest
  @CsvSource({"class, class-store", "int, int-store", "in-t, in-t-store", "nul, nul-store"})
  void aReservedWordIsRefused(String name, String better) {
    assertThatThrownBy(() -> new NewBackend(name, Main.VERSION))
        .hasMessageContaining("reserved word")
        .hasMessageContaining(better);
  }

  @Test
  void aLongNameIsRefusedAndNotRepeated() {
    assertThatThrownBy(() -> new NewBackend("x".repeat(100_000), Main.VERSION))
        .hasMessageContaining("at most 40 characters")
        .satisfies(refused -> assertThat(refused.getMessage()).hasSizeLessThan(200));
  }

  @Test
  void whatExistsIsLeftAsItIs() throws IOException {
    Path file = Files.writeString(directory.resolve("taken"), "mine");
    assertThatThrownBy(() -> written("taken")).hasMessageContaining("exists already");
    assertThat(file).hasContent("mine");
    Files.createDirectory(directory.resolve("folder"));
    assertThatThrownBy(() -> written("folder")).hasMessageContaining("exists already");
    assertThat(directory.resolve("folder")).isEmptyDirectory();
    assertThatThrownBy(() -> new NewBackend("x", Main.VERSION).write(file))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("cannot be created");
  }

  @Test
  void itStandsAlone() {
    PrintStream nowhere = new PrintStream(new ByteArrayOutputStream(), true);
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int exit = MainAccess.run(nowhere, new PrintStream(err, true), "--new=a", "--backend=b");
    assertThat(exit).isEqualTo(2);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("give one of --backend NAME");
    assertThat(Path.of("a")).doesNotExist();
  }
}

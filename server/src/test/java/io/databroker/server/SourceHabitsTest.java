package io.databroker.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Checks the habits of the source code in every module: length, documentation, names. */
class SourceHabitsTest {
  private static final int LONGEST = 400;
  private static final Pattern PUBLIC_TYPE =
      Pattern.compile(
          "\\s*public (?:(?:abstract|final|sealed|non-sealed|static) )*"
              + "(?:class|interface|record|enum|@interface) (\\w+).*");

  private static final Pattern INTERNAL =
      Pattern.compile("/(backend-\\w+|tck)/src/main/java/io/databroker/\\w+/\\w+/");

  /** A test method in snake case. */
  private static final Pattern SNAKE_CASE = Pattern.compile("\\s*void (\\w+_\\w*)\\(.*");

  private static List<Path> sources;
  private static List<Path> tests;

  @BeforeAll
  static void findSources() throws IOException {
    sources = javaFiles("src/main/java");
    tests = javaFiles("src/test/java");
  }

  @Test
  void everyModuleIsLookedAt() {
    assertThat(sources).hasSizeGreaterThan(100);
    assertThat(tests).hasSizeGreaterThan(100);
  }

  @Test
  void testMethodsAreNamedInCamelCase() throws IOException {
    List<String> other = new ArrayList<>();
    for (Path test : tests) {
      for (String line : Files.readAllLines(test)) {
        Matcher snake = SNAKE_CASE.matcher(line);
        if (snake.matches()) {
          other.add(test.getFileName() + ": " + snake.group(1));
        }
      }
    }
    assertThat(other).isEmpty();
  }

  @Test
  void noFileIsLongerThanAReaderCanHold() throws IOException {
    List<String> tooLong = new ArrayList<>();
    for (Path source : sources) {
      int lines = Files.readAllLines(source).size();
      if (lines > LONGEST) {
        tooLong.add(source + ": " + lines);
      }
    }
    assertThat(tooLong).isEmpty();
  }

  @Test
  void everyPublicTypeOrItsPackageSaysItsThreadSafety() throws IOException {
    List<String> silent = new ArrayList<>();
    for (Path source : sources) {
      Path map = source.resolveSibling("package-info.java");
      if (isInternal(source)
          || (Files.exists(map) && Files.readString(map).contains("Thread-safety:"))) {
        continue;
      }
      String javadoc = "";
      boolean inside = false;
      boolean exported = false;
      for (String line : Files.readAllLines(source)) {
        if (line.strip().startsWith("/**")) {
          javadoc = "";
          inside = true;
        }
        if (inside) {
          javadoc += line + "\n";
          inside = !line.contains("*/");
        } else if (PUBLIC_TYPE.matcher(line).matches()) {
          // What is nested in a type that nobody sees is not public either.
          exported |= !line.startsWith(" ");
          if (exported && !javadoc.contains("Thread-safety:")) {
            silent.add(source.getFileName() + ": " + line.strip());
          }
        }
      }
    }
    assertThat(silent).isEmpty();
  }

  /** Returns the Java files of all modules below one of their folders. */
  private static List<Path> javaFiles(String folder) throws IOException {
    List<Path> found = new ArrayList<>();
    try (Stream<Path> modules = Files.list(Path.of(".."))) {
      for (Path module : modules.map(it -> it.resolve(folder)).toList()) {
        if (Files.isDirectory(module)) {
          try (Stream<Path> files = Files.walk(module)) {
            files.filter(it -> it.toString().endsWith(".java")).forEach(found::add);
          }
        }
      }
    }
    return found;
  }

  /**
   * Returns whether a source is in a lower package of a backend or the kit: nobody imports those.
   */
  private static boolean isInternal(Path source) {
    return INTERNAL.matcher(source.toString().replace('\\', '/')).find();
  }
}

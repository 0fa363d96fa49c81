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

  /** Opening of a sentence whose subject is missing or is a clause: "What was stored ...". */
  private static final Pattern RIDDLE =
      Pattern.compile(
          "(?:what|whatever|who|whoever|whose|whichever|that|those|whether|the same|else"
              + "|as said|nobody|somebody|someone|anybody)\\b.*",
          Pattern.CASE_INSENSITIVE);

  /** Start of a text within Javadoc: a paragraph, a list item, or the description of a tag. */
  private static final Pattern PART =
      Pattern.compile("(?:<p>|<li>|@param \\S+ |@return |@throws \\S+ )(.*)");

  /** A comment at the end of a line of code. */
  private static final Pattern TRAILING = Pattern.compile(".*[;{}(),:>] // (.*)");

  private static List<Path> sources;
  private static List<Path> tests;

  @BeforeAll
  static void findSources() throws IOException {
    sources = javaFiles("src/main/java");
    tests = javaFiles("src/test/java");
  }

  private static List<Path> allFiles() {
    return Stream.concat(sources.stream(), tests.stream()).toList();
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
    for (Path source : allFiles()) {
      int lines = Files.readAllLines(source).size();
      if (lines > LONGEST) {
        tooLong.add(source + ": " + lines);
      }
    }
    assertThat(tooLong).isEmpty();
  }

  @Test
  void noCommentBeginsWithARiddle() throws IOException {
    List<String> riddles = new ArrayList<>();
    int comments = 0;
    for (Path file : allFiles()) {
      for (String opening : openings(Files.readAllLines(file))) {
        comments++;
        if (RIDDLE.matcher(opening).matches()) {
          riddles.add(file.getFileName() + ": " + opening);
        }
      }
    }
    assertThat(comments).isGreaterThan(1000);
    assertThat(riddles).as("begin with the noun or the verb of the sentence").isEmpty();
  }

  @Test
  void aRiddleIsFoundInEveryKindOfComment() {
    List<String> lines =
        List.of(
            "/** What is kept. */",
            "/**",
            " * Whether it is kept.",
            " *",
            " * <p>Who waits is woken.",
            " * @return what is kept",
            " * @return whether it is kept",
            " */",
            "int kept;" + " // nobody reads it",
            "// Else it is lost, and",
            "// that is too late.");
    assertThat(openings(lines))
        .filteredOn(opening -> RIDDLE.matcher(opening).matches())
        .containsExactly(
            "What is kept. */",
            "Whether it is kept.",
            "Who waits is woken.",
            "what is kept",
            "nobody reads it",
            "Else it is lost, and");
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
          // A type nested in a package-private type is not public either.
          exported |= !line.startsWith(" ");
          if (exported && !javadoc.contains("Thread-safety:")) {
            silent.add(source.getFileName() + ": " + line.strip());
          }
        }
      }
    }
    assertThat(silent).isEmpty();
  }

  /** Returns the first lines of all comments, and of the parts of Javadoc. */
  private static List<String> openings(List<String> lines) {
    List<String> openings = new ArrayList<>();
    boolean first = false;
    boolean javadoc = false;
    String before = "";
    for (String line : lines) {
      String text = line.strip();
      Matcher trailing = TRAILING.matcher(line);
      if (text.startsWith("/**")) {
        javadoc = true;
        first = true;
        text = text.substring(3).strip();
      } else if (javadoc && text.startsWith("*")) {
        text = text.substring(1).strip();
      } else if (text.startsWith("//")) {
        if (!before.startsWith("//")) {
          openings.add(text.substring(2).strip());
        }
      } else if (trailing.matches()) {
        openings.add(trailing.group(1));
      }
      if (javadoc) {
        Matcher part = PART.matcher(text);
        if (part.matches()) {
          if (!part.group(1).startsWith("whether ")) {
            openings.add(part.group(1)); // "@return whether" has its subject
          }
          first = false;
        } else if (first && !text.isEmpty()) {
          openings.add(text);
          first = false;
        }
        javadoc = !line.contains("*/");
      }
      before = line.strip();
    }
    return openings;
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

  /** Returns whether a source is in an internal package of a backend or the kit. */
  private static boolean isInternal(Path source) {
    return INTERNAL.matcher(source.toString().replace('\\', '/')).find();
  }
}

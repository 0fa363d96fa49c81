package io.databroker.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** The commands and options that the documents show exist. */
class DocumentedCommandsTest {
  private static final Path ROOT = Path.of("..");

  /** A command in a line of code, up to a pipe, a comment or the end of the code. */
  private static final Pattern COMMAND =
      Pattern.compile("(?:^ {4,}|`|\\| )(?:sudo )?(?:\\./)?databroker ([a-z][^`|#\\\\]*)");

  private static final Pattern WORD = Pattern.compile("'([^']*)'|(\\S+)");
  private static final Pattern OPTION = Pattern.compile("[ `(](--[a-z][a-z-]+)");

  /** Options of other programs: the kit and systemctl. */
  private static final Set<String> OF_OTHERS = Set.of("--budget", "--now", "--quick", "--rules");

  private static List<Path> documents() throws IOException {
    try (Stream<Path> docs = Files.list(ROOT.resolve("docs"))) {
      List<Path> found =
          new ArrayList<>(
              docs.filter(
                      file -> file.toString().matches(".*/(operate|security|wire|postgres)\\.md"))
                  .toList());
      found.add(ROOT.resolve("README.md"));
      found.add(ROOT.resolve("SECURITY.md"));
      return found;
    }
  }

  private static List<String> words(String command) {
    return WORD.matcher(command)
        .results()
        .map(word -> word.group(1) == null ? word.group(2) : word.group(1))
        .filter(word -> !word.equals("…"))
        .toList();
  }

  @Test
  void everyCommandIsUnderstood() throws IOException {
    List<String> wrong = new ArrayList<>();
    int seen = 0;
    for (Path document : documents()) {
      for (String line : Files.readAllLines(document)) {
        for (MatchResult match : COMMAND.matcher(line).results().toList()) {
          List<String> words = words(match.group(1));
          CommandLine parser = DatabrokerCommand.parser(Terminal.ofProcess());
          if (words.size() == 1) {
            // A command that is only named, without its arguments.
            if (!parser.getSubcommands().containsKey(words.get(0))) {
              wrong.add(document + ": " + words);
            }
          } else {
            try {
              var unused = parser.parseArgs(words.toArray(String[]::new));
            } catch (ParameterException e) {
              wrong.add(document + ": " + words + ": " + e.getMessage());
            }
          }
          seen++;
        }
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(seen).isGreaterThan(25);
  }

  @Test
  void everyOptionExists() throws IOException {
    Set<String> known = new TreeSet<>(OF_OTHERS);
    for (CommandLine command :
        DatabrokerCommand.parser(Terminal.ofProcess()).getSubcommands().values()) {
      known.addAll(command.getCommandSpec().optionsMap().keySet());
      command
          .getSubcommands()
          .values()
          .forEach(it -> known.addAll(it.getCommandSpec().optionsMap().keySet()));
    }
    Set<String> shown = new TreeSet<>();
    for (Path document : documents()) {
      OPTION.matcher(Files.readString(document)).results().forEach(it -> shown.add(it.group(1)));
    }
    assertThat(known).containsAll(shown);
    assertThat(shown).hasSizeGreaterThan(30);
  }
}

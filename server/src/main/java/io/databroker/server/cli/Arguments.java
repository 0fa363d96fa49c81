package io.databroker.server.cli;

import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.UnmatchedArgumentException;

/** Arguments of the process: each is understood and obeyed, or refused. */
final class Arguments {
  /** Stands for bytes that the locale's charset does not know. */
  private static final char UNDECODABLE = '\uFFFD';

  private Arguments() {}

  /**
   * Checks that Java could decode each argument.
   *
   * @throws FailedException naming the first that it could not
   */
  static void check(String... arguments) throws FailedException {
    for (int i = 0; i < arguments.length; i++) {
      if (arguments[i].indexOf(UNDECODABLE) >= 0) {
        throw new FailedException(
            String.format(
                Locale.ROOT,
                "argument %d, '%s', is not text in the charset %s; set a locale that fits, such as LC_ALL=C.UTF-8",
                i + 1,
                arguments[i],
                System.getProperty("sun.jnu.encoding", "of the locale")));
      }
    }
  }

  /** Runs the last command that is named, unless something before it would be ignored. */
  static int execute(ParseResult parsed) {
    Integer helped = CommandLine.executeHelpRequest(parsed);
    if (helped != null) {
      return helped;
    }
    ParseResult command = parsed;
    for (; command.hasSubcommand(); command = command.subcommand()) {
      refuseBefore(command);
    }
    CommandLine last = command.commandSpec().commandLine();
    if (!(last.getCommand() instanceof Callable)) {
      throw new MissingSubcommandException(last);
    }
    return new RunLast().execute(parsed);
  }

  /** The parser gives to a command what stands before the name of its subcommand. */
  private static void refuseBefore(ParseResult command) {
    List<String> given = command.originalArgs();
    String name = command.subcommand().commandSpec().name();
    if (!command.matchedOptions().isEmpty() || !command.matchedPositionals().isEmpty()) {
      String first =
          command.matchedOptions().isEmpty()
              ? given.get(0)
              : command.matchedOptions().get(0).longestName();
      throw new ParameterException(
          command.subcommand().commandSpec().commandLine(),
          String.format(Locale.ROOT, "%s stands before %s; write it behind", first, name));
    }
  }

  /** Returns what may have been meant, as the end of a sentence; nothing if nothing is near. */
  static String nearest(ParameterException e) {
    if (e instanceof UnmatchedArgumentException unmatched) {
      List<String> suggestions = unmatched.getSuggestions();
      if (!suggestions.isEmpty()) {
        return "; did you mean " + suggestions.get(0).strip() + "?";
      }
    }
    return "";
  }
}

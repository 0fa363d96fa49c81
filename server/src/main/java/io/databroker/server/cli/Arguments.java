package io.databroker.server.cli;

import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.UnmatchedArgumentException;

/** Checks of the arguments of the process: each is used or rejected. */
final class Arguments {
  /** Character that Java puts in place of bytes that it cannot decode. */
  private static final char UNDECODABLE = '\uFFFD';

  private Arguments() {}

  /**
   * Checks that Java could decode each argument.
   *
   * @throws FailedException naming the first argument that it could not decode
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

  /**
   * Runs the last named command; rejects options and arguments before it, which would be ignored.
   */
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

  /**
   * Rejects options and arguments before the name of a subcommand, which the parser assigns to the
   * outer command.
   */
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
          String.format(Locale.ROOT, "%s comes before %s; write it after", first, name));
    }
  }

  /**
   * Returns a suggestion as the end of a sentence; an empty text if no command or option is near.
   */
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

package io.databroker.server.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Command that shows the help of a command. */
@Command(
    name = "help",
    description = "Shows the help of a command, or the list of commands.",
    footer = {"", "Examples:", "  databroker help get", "  databroker help options set"})
final class HelpCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  private final Terminal terminal;

  @Parameters(arity = "0..*", paramLabel = "COMMAND", description = "The command.")
  private List<String> names = new ArrayList<>();

  @SuppressWarnings("NullAway.Init") // picocli sets the spec
  HelpCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws Exception {
    CommandLine command = DatabrokerCommand.parser(terminal);
    for (String name : names) {
      command = command.getSubcommands().get(name);
      if (command == null) {
        throw new ParameterException(
            spec.commandLine(), String.format(Locale.ROOT, "there is no command '%s'", name));
      }
    }
    try (Output output = terminal.output()) {
      output.line(command.getUsageMessage(spec.commandLine().getColorScheme()).stripTrailing());
    }
    return ExitCodes.DONE;
  }
}

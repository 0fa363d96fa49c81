package io.databroker.server.cli;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Command that shows the help of a command. */
@Command(
    name = "help",
    description = "Shows the help of a command, or the list of commands.",
    footer = {"", "Examples:", "  databroker help get", "  databroker help options set"})
final class HelpCommand extends ReportingCommand {
  @Parameters(arity = "0..*", paramLabel = "COMMAND", description = "The command.")
  private List<String> names = new ArrayList<>();

  HelpCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run(Output output) throws Exception {
    CommandLine command = DatabrokerCommand.parser(terminal);
    for (String name : names) {
      command = command.getSubcommands().get(name);
      if (command == null) {
        throw usage("there is no command '" + name + "'");
      }
    }
    output.line(command.getUsageMessage(declared.commandLine().getColorScheme()).stripTrailing());
    return ExitCodes.DONE;
  }
}

package io.databroker.server.cli;

import picocli.AutoComplete;
import picocli.CommandLine.Command;

/** Command that writes the completion script for a shell. */
@Command(
    name = "completion",
    description = "Writes a script for bash and zsh that completes commands and options.",
    footer = {"", "Example:", "  source <(databroker completion)"})
final class CompletionCommand extends ReportingCommand {
  CompletionCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run(Output output) throws Exception {
    output.line(
        AutoComplete.bash("databroker", DatabrokerCommand.parser(terminal)).stripTrailing());
    return ExitCodes.DONE;
  }
}

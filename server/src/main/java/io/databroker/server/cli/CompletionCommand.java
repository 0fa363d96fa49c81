package io.databroker.server.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;

/** Command that writes the completion script for a shell. */
@Command(
    name = "completion",
    description = "Writes a script for bash and zsh that completes commands and options.",
    footer = {"", "Example:", "  source <(databroker completion)"})
final class CompletionCommand implements Callable<Integer> {
  private final Terminal terminal;

  CompletionCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws Exception {
    try (Output output = terminal.output()) {
      output.line(
          AutoComplete.bash("databroker", DatabrokerCommand.parser(terminal)).stripTrailing());
    }
    return ExitCodes.DONE;
  }
}

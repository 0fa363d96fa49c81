package io.databroker.server.cli;

import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** Call of a command that does nothing without one of its subcommands. */
final class MissingSubcommandException extends ParameterException {
  private static final long serialVersionUID = 1L;

  MissingSubcommandException(CommandLine command) {
    super(command, "give a command");
  }
}

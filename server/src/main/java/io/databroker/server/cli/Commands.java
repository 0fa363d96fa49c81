package io.databroker.server.cli;

import java.util.List;
import picocli.CommandLine;

/** Table of the commands, in the order of the help. */
final class Commands {
  static final List<String> NAMES =
      List.of(
          "serve",
          "backends",
          "types",
          "get",
          "put",
          "patch",
          "delete",
          "query",
          "import",
          "export",
          "watch",
          "info",
          "options",
          "lease",
          "backup",
          "restore",
          "copy",
          "verify",
          "token",
          "clear",
          "completion",
          "help");

  private Commands() {}

  /**
   * Returns the parser of a command.
   *
   * @throws IllegalArgumentException if no command has that name
   */
  static CommandLine named(String name, Terminal terminal) {
    return switch (name) {
      case "serve" -> new CommandLine(new ServeCommand(terminal));
      case "backends" -> new CommandLine(new BackendsCommand(terminal));
      case "types" -> new CommandLine(new TypesCommand(terminal));
      case "get" -> new CommandLine(new GetCommand(terminal));
      case "put" -> new CommandLine(new PutCommand(terminal));
      case "patch" -> new CommandLine(new PatchCommand(terminal));
      case "delete" -> new CommandLine(new DeleteCommand(terminal));
      case "query" -> new CommandLine(new QueryCommand(terminal));
      case "import" -> new CommandLine(new ImportCommand(terminal));
      case "export" -> new CommandLine(new ExportCommand(terminal));
      case "watch" -> new CommandLine(new WatchCommand(terminal));
      case "info" -> new CommandLine(new InfoCommand(terminal));
      case "options" ->
          new CommandLine(new OptionsCommand(terminal))
              .addSubcommand(new OptionsCommand.Set(terminal))
              .addSubcommand(new OptionsCommand.Clear(terminal));
      case "lease" ->
          new CommandLine(new LeaseCommand())
              .addSubcommand(new LeaseCommand.Acquire(terminal))
              .addSubcommand(new LeaseCommand.Renew(terminal))
              .addSubcommand(new LeaseCommand.Release(terminal));
      case "backup" -> new CommandLine(new BackupCommand(terminal));
      case "restore" -> new CommandLine(new RestoreCommand(terminal));
      case "copy" -> new CommandLine(new CopyCommand(terminal));
      case "verify" -> new CommandLine(new VerifyCommand(terminal));
      case "token" -> new CommandLine(new TokenCommand(terminal));
      case "clear" -> new CommandLine(new ClearCommand(terminal));
      case "completion" -> new CommandLine(new CompletionCommand(terminal));
      case "help" -> new CommandLine(new HelpCommand(terminal));
      default -> throw new IllegalArgumentException("no command " + name);
    };
  }
}

package io.databroker.server.cli;

import io.databroker.host.copy.CopyEnd;
import io.databroker.host.copy.StoreComparison;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Command that compares two stores. */
@Command(
    name = "verify",
    description = {
      "Proves that two stores have equal contents, or names the first difference.",
      "Each is read at one version. Records are compared with their times and the order of their",
      "writes, by a digest for each type, and so are options. Versions, history, leases and",
      "checkpoints are not compared. Exit code 1 if the stores differ.",
      StoreCommand.STORE_IS
    },
    footer = {"", "Example:", "  databroker verify 127.0.0.1:5443 offheap:directory=data"})
final class VerifyCommand extends StoreCommand {
  @Parameters(index = "0", paramLabel = EndSpec.LABEL, description = "The first store.")
  private EndSpec first;

  @Parameters(index = "1", paramLabel = EndSpec.LABEL, description = "The second store.")
  private EndSpec second;

  @Mixin private final SortFolder temporary = new SortFolder();
  @Mixin private final TwoServersAccess servers = new TwoServersAccess();

  @SuppressWarnings("NullAway.Init") // picocli sets the parameters
  VerifyCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run(Output output) throws Exception {
    checkAccess(first, second);
    try (CopyEnd a = openSource(first, servers.from(access));
        CopyEnd b = openSource(second, servers.to(access))) {
      StoreComparison compared =
          StoreComparison.of(a, b, temporary.path, new ProgressLines(terminal));
      output.line(compared.toString());
      output.line("first:  " + words(compared.first()) + " in " + first.shown());
      output.line("second: " + words(compared.second()) + " in " + second.shown());
      if (compared.first().serverVersion() == compared.second().serverVersion()) {
        terminal.tell("both have the same history: is it one store under two names?");
      }
      return compared.isEqual() ? ExitCodes.DONE : ExitCodes.FAILED;
    }
  }
}

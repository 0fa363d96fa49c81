package io.databroker.server.cli;

import com.google.protobuf.Empty;
import io.databroker.server.proto.ClearResponse;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Command that removes everything. */
@Command(
    name = "clear",
    description = "Removes all records, options, history and the checkpoint; leases stay.",
    footer = {"", "Example:", "  databroker clear --yes"})
final class ClearCommand extends RemoteCommand {
  @Option(names = "--yes", description = "Confirm the removal.")
  private boolean yes;

  ClearCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  void ask(Connection connection, Output output) throws Exception {
    if (!yes) {
      throw usage("this removes every record for good; to confirm, add --yes");
    }
    ClearResponse answer = connection.streams().clear(Empty.getDefaultInstance());
    output.line(
        "cleared: history "
            + Long.toUnsignedString(answer.getOldServerVersion())
            + " was replaced by "
            + Long.toUnsignedString(answer.getNewServerVersion()));
  }
}

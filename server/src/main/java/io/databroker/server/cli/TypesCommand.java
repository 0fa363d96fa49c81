package io.databroker.server.cli;

import com.google.protobuf.Empty;
import picocli.CommandLine.Command;

/** Lists the types. */
@Command(
    name = "types",
    description = "Lists the types that have records, one a line, by code point.",
    footer = {"", "Example:", "  databroker types"})
final class TypesCommand extends RemoteCommand {
  TypesCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  void ask(Connection connection, Output output) throws Exception {
    for (String type : connection.calls().listTypes(Empty.getDefaultInstance()).getTypesList()) {
      output.line(type);
    }
  }
}

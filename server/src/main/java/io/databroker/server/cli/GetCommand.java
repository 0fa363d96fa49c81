package io.databroker.server.cli;

import io.databroker.server.json.RecordLine;
import io.databroker.server.proto.GetRequest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Shows one record. */
@Command(
    name = "get",
    description = "Shows a record as a line of JSON; fails if there is none.",
    footer = {"", "Example:", "  databroker get car 7"})
final class GetCommand extends RemoteCommand {
  @Mixin private final KeyParameters key = new KeyParameters();

  GetCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  void ask(Connection connection, Output output) throws Exception {
    GetRequest request = GetRequest.newBuilder().setType(key.type).setId(key.id).build();
    output.line(RecordLine.of(connection.calls().get(request).getRecord()));
  }
}

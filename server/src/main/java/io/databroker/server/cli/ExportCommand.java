package io.databroker.server.cli;

import io.databroker.server.proto.SyncLatestRequest;
import io.databroker.server.proto.SyncLatestResponse;
import java.util.Iterator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Command that writes all records. */
@Command(
    name = "export",
    description = "Writes all records at one version as lines of JSON, in any order.",
    footer = {
      "",
      "Times, the order of writes and options are not exported: \"databroker backup\" and",
      "\"databroker copy\" keep them.",
      "",
      "Example, importing the records of one server into another:",
      "  databroker export | databroker import --server 127.0.0.1:5444 -"
    })
final class ExportCommand extends RemoteCommand {
  @Option(names = "--type", paramLabel = "TYPE", description = "Only the records of that type.")
  private String type = "";

  @Mixin private final RecordFormat format = new RecordFormat();

  ExportCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  void ask(Connection connection, Output output) throws Exception {
    SyncLatestRequest request = SyncLatestRequest.newBuilder().setType(type).build();
    Iterator<SyncLatestResponse> messages = connection.streams().syncLatest(request);
    RecordWriter records = format.to(output);
    boolean whole = false;
    while (messages.hasNext()) {
      SyncLatestResponse message = messages.next();
      if (message.hasRecord()) {
        records.write(message.getRecord());
      }
      whole = message.hasVersions();
    }
    records.flush();
    if (!whole) {
      throw new FailedException("the server ended before it had sent all records");
    }
  }
}

package io.databroker.server.cli;

import io.databroker.server.proto.GetRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Command that shows records by their ids. */
@Command(
    name = "get",
    description = {
      "Shows records as lines of JSON, in the order of the ids.",
      "Fails if an id has no record, but still shows the other records."
    },
    footer = {"", "Examples:", "  databroker get car 7", "  databroker get car 7 8 9"})
final class GetCommand extends RemoteCommand {
  @Parameters(index = "0", paramLabel = "TYPE", description = "The type of the records.")
  private String type = "";

  @Parameters(index = "1..*", arity = "1..*", paramLabel = "ID", description = "Their ids.")
  private List<String> ids = new ArrayList<>();

  @Mixin private final RecordFormat format = new RecordFormat();

  GetCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  void ask(Connection connection, Output output) throws Exception {
    RecordWriter records = format.to(output);
    List<String> missing = new ArrayList<>();
    for (String id : ids) {
      GetRequest request = GetRequest.newBuilder().setType(type).setId(id).build();
      try {
        records.write(connection.calls().get(request).getRecord());
      } catch (StatusRuntimeException e) {
        if (e.getStatus().getCode() != Status.Code.NOT_FOUND) {
          throw e;
        }
        missing.add("no record (\"" + type + "\", \"" + id + "\")");
      }
    }
    records.flush();
    if (!missing.isEmpty()) {
      throw new FailedException(String.join("; ", missing));
    }
  }
}

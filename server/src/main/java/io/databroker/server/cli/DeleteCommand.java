package io.databroker.server.cli;

import com.google.protobuf.Timestamp;
import io.databroker.server.proto.PutRequest;
import io.databroker.server.proto.Record;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Command that deletes one record. */
@Command(
    name = "delete",
    description = "Deletes a record, and shows it as deleted; fails if there is none.",
    footer = {"", "Example:", "  databroker delete car 7"})
final class DeleteCommand extends RemoteCommand {
  @Mixin private final KeyParameters key = new KeyParameters();

  @Mixin private final RecordFormat format = new RecordFormat();

  DeleteCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  void ask(Connection connection, Output output) throws Exception {
    PutRequest request =
        PutRequest.newBuilder()
            .addRecords(
                Record.newBuilder()
                    .setType(key.type)
                    .setId(key.id)
                    .setDeletedAt(Timestamp.getDefaultInstance()))
            .build();
    Record deleted = connection.calls().put(request).getRecords(0);
    if (deleted.getVersion() == 0) {
      throw new FailedException(
          String.format(Locale.ROOT, "no record (\"%s\", \"%s\")", key.type, key.id));
    }
    RecordWriter records = format.to(output);
    records.write(deleted);
    records.flush();
  }
}

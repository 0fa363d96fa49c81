package io.databroker.server.cli;

import io.databroker.server.json.JsonException;
import io.databroker.server.json.RecordLine;
import io.databroker.server.proto.PutRequest;
import io.databroker.server.proto.Record;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Stores one record. */
@Command(
    name = "put",
    description = "Stores a record, and shows it as stored.",
    footer = {
      "",
      "Examples:",
      "  databroker put car 7 '{\"color\":\"blue\"}'",
      "  echo '{\"color\":\"blue\"}' | databroker put car 7 -"
    })
final class PutCommand extends RemoteCommand {
  @Mixin private final KeyParameters key = new KeyParameters();

  @Parameters(
      index = "2",
      paramLabel = "JSON|-",
      description = "The record's data, a JSON object; - reads it from standard input.")
  private String json = "";

  PutCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  void ask(Connection connection, Output output) throws Exception {
    Record.Builder record = Record.newBuilder().setType(key.type).setId(key.id);
    try {
      record.setData(RecordLine.data(json.equals("-") ? standardInput() : json));
    } catch (JsonException e) {
      throw new FailedException("the data is " + e.getMessage());
    }
    PutRequest request = PutRequest.newBuilder().addRecords(record).build();
    output.line(RecordLine.of(connection.calls().put(request).getRecords(0)));
  }

  private String standardInput() throws IOException, FailedException {
    byte[] bytes = terminal.in().readAllBytes();
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new FailedException("the data is not UTF-8");
    }
  }
}

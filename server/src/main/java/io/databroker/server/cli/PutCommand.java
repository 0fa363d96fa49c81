package io.databroker.server.cli;

import com.google.protobuf.Empty;
import io.databroker.server.json.JsonException;
import io.databroker.server.json.RecordLine;
import io.databroker.server.proto.PutRequest;
import io.databroker.server.proto.PutResponse;
import io.databroker.server.proto.Record;
import io.databroker.server.proto.ext.ConditionalPutRequest;
import io.databroker.server.proto.ext.ConditionalWrite;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Stores one record. */
@Command(
    name = "put",
    description = {
      "Stores a record, and shows it as stored.",
      "With a condition, it fails and stores nothing if the condition does not hold."
    },
    footer = {
      "",
      "Examples:",
      "  databroker put car 7 '{\"color\":\"blue\"}'",
      "  databroker put car 7 '{\"color\":\"red\"}' --if-version 12",
      "  echo '{\"color\":\"blue\"}' | databroker put car 7 -"
    })
final class PutCommand extends RemoteCommand {
  @Mixin private final KeyParameters key = new KeyParameters();

  @Parameters(
      index = "2",
      paramLabel = "JSON|-",
      description = "The record's data, a JSON object; - reads it from standard input.")
  private String json = "";

  @ArgGroup(exclusive = true)
  private @Nullable When when;

  /** The condition of the write. */
  private static final class When {
    @Option(names = "--if-absent", description = "Only if there is no such record.")
    private boolean absent;

    @Option(
        names = "--if-version",
        paramLabel = "VERSION",
        converter = UnsignedConverter.class,
        description = "Only if the record has that version.")
    private @Nullable Long version;
  }

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
    output.line(RecordLine.of(put(connection, record.build()).getRecords(0)));
  }

  private PutResponse put(Connection connection, Record record) {
    if (when == null) {
      return connection.calls().put(PutRequest.newBuilder().addRecords(record).build());
    }
    ConditionalWrite.Builder write = ConditionalWrite.newBuilder().setRecord(record);
    if (when.absent) {
      write.setAbsent(Empty.getDefaultInstance());
    }
    if (when.version != null) {
      write.setVersion(when.version);
    }
    return connection
        .conditional()
        .put(ConditionalPutRequest.newBuilder().addWrites(write).build());
  }

  private String standardInput() throws FailedException {
    byte[] bytes;
    try {
      bytes = terminal.in().readAllBytes();
    } catch (IOException e) {
      throw new FailedException("the data cannot be read: " + e.getMessage());
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new FailedException("the data is not UTF-8");
    }
  }
}

package io.databroker.server.cli;

import com.google.protobuf.Empty;
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
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Command that stores one record. */
@Command(
    name = "put",
    description = {
      "Stores a record, and shows it as stored.",
      "Stores nothing and fails if a given condition does not hold."
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

  @Option(names = "--if-absent", description = "Store only if the record does not exist.")
  private boolean absent;

  @Option(
      names = "--if-version",
      paramLabel = "VERSION",
      converter = UnsignedConverter.class,
      description = "Store only if the record has that version.")
  private @Nullable Long version;

  @Mixin private final RecordFormat format = new RecordFormat();

  PutCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  void ask(Connection connection, Output output) throws Exception {
    if (absent && version != null) {
      throw usage("--if-absent and --if-version exclude each other; give one");
    }
    Record record = key.record(json.equals("-") ? standardInput() : json);
    RecordWriter records = format.to(output);
    records.write(put(connection, record).getRecords(0));
    records.flush();
  }

  private PutResponse put(Connection connection, Record record) {
    if (!absent && version == null) {
      return connection.calls().put(PutRequest.newBuilder().addRecords(record).build());
    }
    ConditionalWrite.Builder write = ConditionalWrite.newBuilder().setRecord(record);
    if (absent) {
      write.setAbsent(Empty.getDefaultInstance());
    }
    if (version != null) {
      write.setVersion(version);
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
      throw new FailedException("the data: not UTF-8" + Encoding.hint(bytes));
    }
  }
}

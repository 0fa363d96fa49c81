package io.databroker.server.cli;

import com.google.protobuf.FieldMask;
import io.databroker.server.proto.PatchRequest;
import io.databroker.server.proto.PatchResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Command that changes some fields of one record. */
@Command(
    name = "patch",
    description = {
      "Changes the named fields of a record without losing concurrent changes, and shows "
          + "the result.",
      "A named field that the JSON lacks is removed. Fails if there is no such record."
    },
    footer = {
      "",
      "Examples:",
      "  databroker patch car 7 '{\"color\":\"red\"}' --fields color",
      "  databroker patch car 7 '{\"plate\":{\"country\":\"DE\"}}' --fields color,plate.country"
    })
final class PatchCommand extends RemoteCommand {
  @Mixin private final KeyParameters key = new KeyParameters();

  @Parameters(
      index = "2",
      paramLabel = "JSON",
      description = "A JSON object with the new values of the fields.")
  private String json = "";

  @Option(
      names = "--fields",
      paramLabel = "FIELD",
      required = true,
      split = ",",
      description = "The fields to change, separated by commas, such as color,plate.country.")
  private List<String> fields = new ArrayList<>();

  @Mixin private final RecordFormat format = new RecordFormat();

  PatchCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  void ask(Connection connection, Output output) throws Exception {
    if (fields.stream().anyMatch(String::isBlank)) {
      throw usage("--fields has an empty field; give names such as color,plate.country");
    }
    PatchRequest request =
        PatchRequest.newBuilder()
            .addRecords(key.record(json))
            .setFieldMask(FieldMask.newBuilder().addAllPaths(fields))
            .build();
    PatchResponse answer = connection.calls().patch(request);
    if (answer.getRecordsCount() == 0) {
      throw new FailedException(
          String.format(Locale.ROOT, "no record (\"%s\", \"%s\")", key.type, key.id));
    }
    RecordWriter records = format.to(output);
    records.write(answer.getRecords(0));
    records.flush();
  }
}

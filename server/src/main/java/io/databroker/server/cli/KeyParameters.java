package io.databroker.server.cli;

import io.databroker.server.json.JsonException;
import io.databroker.server.json.RecordLine;
import io.databroker.server.proto.Record;
import picocli.CommandLine.Parameters;

/** Parameters that name a record. */
final class KeyParameters {
  @Parameters(index = "0", paramLabel = "TYPE", description = "The record's type.")
  String type = "";

  @Parameters(index = "1", paramLabel = "ID", description = "The record's id.")
  String id = "";

  /** Returns a record of that name whose data is a JSON object. */
  Record record(String json) throws FailedException {
    try {
      return Record.newBuilder().setType(type).setId(id).setData(RecordLine.data(json)).build();
    } catch (JsonException e) {
      throw new FailedException("the data: " + e.getMessage());
    }
  }
}

package io.databroker.server.cli;

import picocli.CommandLine.Parameters;

/** Parameters that name a record. */
final class KeyParameters {
  @Parameters(index = "0", paramLabel = "TYPE", description = "The record's type.")
  String type = "";

  @Parameters(index = "1", paramLabel = "ID", description = "The record's id.")
  String id = "";
}

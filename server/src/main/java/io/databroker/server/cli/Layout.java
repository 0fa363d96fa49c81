package io.databroker.server.cli;

import picocli.CommandLine.TypeConversionException;

/** Layout of a command's output. */
enum Layout {
  /** Lines of JSON, for programs. */
  JSON,
  /** Columns under a header, for people. */
  TABLE;

  static Layout parse(String text) {
    return switch (text) {
      case "json" -> JSON;
      case "table" -> TABLE;
      default -> throw new TypeConversionException("'" + text + "' is not json or table");
    };
  }
}

package io.databroker.server.cli;

import picocli.CommandLine;
import picocli.CommandLine.TypeConversionException;

/** Parsers of whole numbers, for options of Java's number types. */
final class Numbers {
  private Numbers() {}

  /** Registers the parsers with a command and its subcommands. */
  static void register(CommandLine line) {
    line.registerConverter(Long.class, text -> parse(text, 0, Long.MAX_VALUE));
    line.registerConverter(Long.TYPE, text -> parse(text, 0, Long.MAX_VALUE));
    line.registerConverter(Integer.class, text -> (int) parse(text, 0, Integer.MAX_VALUE));
    line.registerConverter(Integer.TYPE, text -> (int) parse(text, 0, Integer.MAX_VALUE));
  }

  /** Parses a whole number within these bounds, which are 0 or more. */
  static long parse(String text, long least, long most) {
    try {
      long number = text.matches("[0-9]{1,19}") ? Long.parseLong(text) : -1;
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // The text has as many digits as the largest number, but is larger.
    }
    throw new TypeConversionException(
        "'" + text + "' is not a number from " + least + " to " + most);
  }
}

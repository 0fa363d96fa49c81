package io.databroker.server.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Parser of limits on a number of things: whole numbers from 1. */
final class CountConverter implements ITypeConverter<Integer> {
  @Override
  public Integer convert(String text) {
    try {
      int count = text.matches("[0-9]{1,10}") ? Integer.parseInt(text) : 0;
      if (count > 0) {
        return count;
      }
    } catch (NumberFormatException e) {
      // It has as many digits as the largest number, and is larger.
    }
    throw new TypeConversionException(
        "'" + text + "' is not a number from 1 to " + Integer.MAX_VALUE);
  }
}

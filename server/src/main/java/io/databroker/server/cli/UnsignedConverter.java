package io.databroker.server.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Parser of unsigned 64-bit numbers, such as versions. */
final class UnsignedConverter implements ITypeConverter<Long> {
  @Override
  public Long convert(String text) {
    if (text.matches("[0-9]{1,20}")) {
      try {
        return Long.parseUnsignedLong(text);
      } catch (NumberFormatException e) {
        // Reported below.
      }
    }
    throw new TypeConversionException("'" + text + "' is not a number from 0 to 2^64 - 1");
  }
}

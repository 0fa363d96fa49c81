package io.databroker.server.cli;

import picocli.CommandLine.ITypeConverter;

/** Parser of limits on a number of things: whole numbers from 1. */
final class CountConverter implements ITypeConverter<Integer> {
  @Override
  public Integer convert(String text) {
    return (int) Numbers.parse(text, 1, Integer.MAX_VALUE);
  }
}

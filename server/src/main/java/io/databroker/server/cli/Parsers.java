package io.databroker.server.cli;

import io.databroker.host.SettingText;
import io.databroker.server.log.LogFormat;
import io.databroker.server.log.LogLevel;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.TypeConversionException;

/** Parsers of the values of options, by the type of the option. */
final class Parsers {
  /** Longest duration that every backend accepts (ARG-4). */
  private static final Duration LONGEST = Duration.ofDays(36_500);

  private Parsers() {}

  /** Registers the parsers with a command and its subcommands. */
  static void register(CommandLine line) {
    line.registerConverter(Long.TYPE, text -> number(text, 0, Long.MAX_VALUE))
        .registerConverter(Integer.TYPE, text -> (int) number(text, 1, Integer.MAX_VALUE))
        .registerConverter(Duration.class, Parsers::duration)
        .registerConverter(Address.class, Address::parse)
        .registerConverter(EndSpec.class, EndSpec::parse)
        .registerConverter(Layout.class, Layout::parse)
        .registerConverter(Profile.class, Profile::parse)
        .registerConverter(LogLevel.class, text -> choice(LogLevel.class, text))
        .registerConverter(LogFormat.class, text -> choice(LogFormat.class, text));
  }

  /** Parses a whole number within these bounds, which are 0 or more. */
  private static long number(String text, long least, long most) {
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

  /** Parses a duration, in the notation of settings. */
  static Duration duration(String text) {
    try {
      Duration duration = SettingText.duration(text);
      if (duration.isZero() || duration.isNegative()) {
        throw new IllegalArgumentException("give more than 0");
      }
      if (duration.compareTo(LONGEST) > 0) {
        throw new IllegalArgumentException("give at most " + LONGEST.toDays() + " days");
      }
      return duration;
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException("'" + text + "'; " + e.getMessage());
    }
  }

  private static <E extends Enum<E>> E choice(Class<E> type, String text) {
    E[] all = type.getEnumConstants();
    List<String> names = Stream.of(all).map(one -> one.name().toLowerCase(Locale.ROOT)).toList();
    if (!names.contains(text)) {
      throw new TypeConversionException("'" + text + "' is none of " + String.join(", ", names));
    }
    return all[names.indexOf(text)];
  }
}

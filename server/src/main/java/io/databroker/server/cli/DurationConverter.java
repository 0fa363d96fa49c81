package io.databroker.server.cli;

import io.databroker.host.SettingText;
import java.time.Duration;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Parser of durations, in the notation of settings. */
final class DurationConverter implements ITypeConverter<Duration> {
  /** Longest duration that every backend accepts (ARG-4). */
  private static final Duration LONGEST = Duration.ofDays(36_500);

  @Override
  public Duration convert(String text) {
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

  static com.google.protobuf.Duration wire(Duration duration) {
    return com.google.protobuf.Duration.newBuilder()
        .setSeconds(duration.getSeconds())
        .setNanos(duration.getNano())
        .build();
  }
}

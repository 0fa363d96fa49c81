package io.databroker.host;

import io.databroker.api.Setting;
import java.math.BigInteger;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Converts setting values to and from text, such as {@code 250ms}, {@code true}, {@code 1048576}.
 */
public final class SettingText {
  private static final Pattern DURATION = Pattern.compile("(\\d{1,100})(ms|s|m|h|d)");
  private static final Map<String, Duration> UNITS =
      Map.of(
          "ms", Duration.ofMillis(1),
          "s", Duration.ofSeconds(1),
          "m", Duration.ofMinutes(1),
          "h", Duration.ofHours(1),
          "d", Duration.ofDays(1));

  /** The longest duration whose number of milliseconds fits in a long. */
  private static final Duration LONGEST = Duration.ofMillis(Long.MAX_VALUE);

  private SettingText() {}

  /**
   * Parses a duration: a whole number with {@code ms}, {@code s}, {@code m}, {@code h} or {@code
   * d}, or ISO-8601 such as {@code PT1H30M}.
   *
   * @throws IllegalArgumentException if the text is invalid; the message lists the accepted forms
   */
  public static Duration duration(String text) {
    Matcher matcher = DURATION.matcher(text);
    try {
      if (matcher.matches()) {
        Duration unit = Objects.requireNonNull(UNITS.get(matcher.group(2)));
        return unit.multipliedBy(new BigInteger(matcher.group(1)).longValueExact());
      }
      return Duration.parse(text);
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("give at most 36500 days", e);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(
          "give a duration such as 250ms, 10s, 5m, 1h, 7d or PT1H30M", e);
    }
  }

  /** Returns the text that parses to the given value. */
  public static String of(Object value) {
    if (value instanceof Duration duration) {
      return ofDuration(duration);
    }
    return value instanceof Enum<?> choice ? ofChoice(choice) : value.toString();
  }

  /**
   * Parses the value of a setting.
   *
   * @throws IllegalArgumentException if the text is invalid; the message lists the accepted forms
   */
  static <T> T parse(Setting<T> setting, String text) {
    T value = setting.type().cast(parseAs(setting, text));
    setting
        .problemWith(value)
        .ifPresent(
            remedy -> {
              throw new IllegalArgumentException(remedy);
            });
    return value;
  }

  private static Object parseAs(Setting<?> setting, String text) {
    Class<?> type = setting.type();
    if (type == String.class) {
      return text;
    } else if (type == Long.class) {
      return number(text, setting.unit());
    } else if (type == Boolean.class) {
      return flag(text);
    } else if (type == Duration.class) {
      return duration(text);
    } else if (type == Path.class) {
      return path(text);
    } else if (type.isEnum()) {
      return choice(setting, text);
    }
    throw new IllegalArgumentException("its type " + type.getName() + " cannot be written as text");
  }

  private static Long number(String text, String unit) {
    if (!text.matches("-?\\d+")) {
      throw new IllegalArgumentException("give a whole number of " + unit + ", without a suffix");
    }
    try {
      return new BigInteger(text).longValueExact();
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("give a number below 2^63", e);
    }
  }

  private static Boolean flag(String text) {
    return switch (text) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException("give true or false");
    };
  }

  private static Path path(String text) {
    if (text.isBlank()) {
      throw new IllegalArgumentException("give a path");
    }
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException("give a path: " + e.getReason(), e);
    }
  }

  private static Object choice(Setting<?> setting, String text) {
    for (Object constant : Objects.requireNonNull(setting.type().getEnumConstants())) {
      if (ofChoice((Enum<?>) constant).equals(text)) {
        return constant;
      }
    }
    throw new IllegalArgumentException("give " + setting.unit());
  }

  private static String ofChoice(Enum<?> choice) {
    return choice.name().toLowerCase(Locale.ROOT);
  }

  private static String ofDuration(Duration duration) {
    if (duration.isNegative() || duration.compareTo(LONGEST) > 0) {
      return duration.toString();
    }
    for (String unit : new String[] {"d", "h", "m", "s", "ms"}) {
      Duration one = Objects.requireNonNull(UNITS.get(unit));
      long whole = duration.dividedBy(one);
      if (whole > 0 && one.multipliedBy(whole).equals(duration)) {
        return whole + unit;
      }
    }
    return duration.toString();
  }
}

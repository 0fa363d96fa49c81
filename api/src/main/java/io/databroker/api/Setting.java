package io.databroker.api;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One setting that a provider understands. The host parses text into its type, refuses what it
 * refuses, and shows its help.
 *
 * <p><b>Thread-safety:</b> immutable.
 *
 * @param <T> String, Long, Boolean, Duration, Path, or an enum
 */
public final class Setting<T> {
  private final String name;
  private final Class<T> type;
  private final String unit;
  private final String help;
  private final @Nullable T defaultValue;
  private final boolean required;
  private final Function<T, @Nullable String> check;

  private Setting(
      String name,
      Class<T> type,
      String unit,
      String help,
      @Nullable T defaultValue,
      boolean required,
      Function<T, @Nullable String> check) {
    this.name = Require.nonNull("name", name);
    this.type = type;
    this.unit = Require.nonNull("unit", unit);
    this.help = Require.nonNull("help", help);
    this.defaultValue = defaultValue;
    this.required = required;
    this.check = check;
  }

  /** A text; without a default it may stay unset. */
  public static Setting<String> text(String name, @Nullable String defaultValue, String help) {
    return new Setting<>(name, String.class, "text", help, defaultValue, false, text -> null);
  }

  /** A whole number of that unit, from {@code least} to {@code most}. */
  public static Setting<Long> number(
      String name, String unit, long least, long most, long defaultValue, String help) {
    return new Setting<>(
        name,
        Long.class,
        unit,
        help,
        defaultValue,
        false,
        value ->
            value < least || value > most ? "give %d to %d %s".formatted(least, most, unit) : null);
  }

  /** True or false. */
  public static Setting<Boolean> flag(String name, boolean defaultValue, String help) {
    return new Setting<>(
        name, Boolean.class, "true or false", help, defaultValue, false, value -> null);
  }

  /** A positive length of time. */
  public static Setting<Duration> duration(String name, Duration defaultValue, String help) {
    return new Setting<>(
        name,
        Duration.class,
        "duration",
        help,
        defaultValue,
        false,
        value -> value.isZero() || value.isNegative() ? "give more than 0" : null);
  }

  /** A file or directory; it stays unset unless given. */
  public static Setting<Path> path(String name, String help) {
    return new Setting<>(name, Path.class, "path", help, null, false, value -> null);
  }

  /** One of an enum's constants, written in lower case. */
  public static <E extends Enum<E>> Setting<E> choice(
      String name, Class<E> choices, E defaultValue, String help) {
    StringBuilder unit = new StringBuilder();
    for (E choice : Objects.requireNonNull(choices.getEnumConstants())) {
      unit.append(unit.isEmpty() ? "" : " or ").append(choice.name().toLowerCase(Locale.ROOT));
    }
    return new Setting<>(name, choices, unit.toString(), help, defaultValue, false, value -> null);
  }

  /** The same, without a default: an open without it fails. */
  public Setting<T> required() {
    return new Setting<>(name, type, unit, help, null, true, check);
  }

  /** The name that a configuration writes. */
  public String name() {
    return name;
  }

  /** The type of its values. */
  public Class<T> type() {
    return type;
  }

  /** The unit of its values, or what they may be, for people to read. */
  public String unit() {
    return unit;
  }

  /** One line of help. */
  public String help() {
    return help;
  }

  /** The value that it has when it is not set. */
  public Optional<T> defaultValue() {
    return Optional.ofNullable(defaultValue);
  }

  /** Whether an open needs it set. */
  public boolean isRequired() {
    return required;
  }

  /** What to do about that value, if it is not acceptable. */
  public Optional<String> problemWith(T value) {
    return Optional.ofNullable(check.apply(value));
  }

  @Override
  public String toString() {
    return name;
  }
}

package io.databroker.api;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One setting of a provider. The host parses text into its type, checks the value, and shows its
 * help.
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

  /** Returns a setting for a text; without a default it may stay unset. */
  public static Setting<String> text(String name, @Nullable String defaultValue, String help) {
    return new Setting<>(name, String.class, "text", help, defaultValue, false, text -> null);
  }

  /** Returns a setting for a whole number of the given unit, from {@code least} to {@code most}. */
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
            value < least || value > most
                ? String.format(Locale.ROOT, "give %d to %d %s", least, most, unit)
                : null);
  }

  /** Returns a setting for true or false. */
  public static Setting<Boolean> flag(String name, boolean defaultValue, String help) {
    return new Setting<>(
        name, Boolean.class, "true or false", help, defaultValue, false, value -> null);
  }

  /** Returns a setting for a positive duration. */
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

  /** Returns a setting for a file or directory, without a default. */
  public static Setting<Path> path(String name, String help) {
    return new Setting<>(name, Path.class, "path", help, null, false, value -> null);
  }

  /** Returns a setting for one of the constants of an enum, written in lower case. */
  public static <E extends Enum<E>> Setting<E> choice(
      String name, Class<E> choices, E defaultValue, String help) {
    StringBuilder unit = new StringBuilder();
    for (E choice : Objects.requireNonNull(choices.getEnumConstants())) {
      unit.append(unit.isEmpty() ? "" : " or ").append(choice.name().toLowerCase(Locale.ROOT));
    }
    return new Setting<>(name, choices, unit.toString(), help, defaultValue, false, value -> null);
  }

  /** Returns a copy of this setting without a default, so that it must be set to open a backend. */
  public Setting<T> required() {
    return new Setting<>(name, type, unit, help, null, true, check);
  }

  /**
   * Returns a copy of this setting with a further check of its values.
   *
   * @param problem gives the remedy for a value that is not acceptable, and nothing for another one
   */
  public Setting<T> checked(Function<? super T, Optional<String>> problem) {
    return new Setting<>(
        name,
        type,
        unit,
        help,
        defaultValue,
        required,
        value -> {
          String first = check.apply(value);
          return first == null ? problem.apply(value).orElse(null) : first;
        });
  }

  /** Returns the name to use in a configuration. */
  public String name() {
    return name;
  }

  /** Returns the type of the values. */
  public Class<T> type() {
    return type;
  }

  /** Returns the unit of the values, or the possible values, for people to read. */
  public String unit() {
    return unit;
  }

  /** Returns one line of help. */
  public String help() {
    return help;
  }

  /** Returns the default, if there is one. */
  public Optional<T> defaultValue() {
    return Optional.ofNullable(defaultValue);
  }

  /** Returns whether the setting must be set to open a backend. */
  public boolean isRequired() {
    return required;
  }

  /** Returns what to do instead, if the value is not acceptable. */
  public Optional<String> problemWith(T value) {
    return Optional.ofNullable(check.apply(value));
  }

  @Override
  public String toString() {
    return name;
  }
}

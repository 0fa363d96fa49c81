package io.databroker.api;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Valid values of a provider's settings.
 *
 * <p><b>Thread-safety:</b> immutable.
 */
public final class Settings {
  private static final Settings DEFAULTS = new Settings(Map.of());

  private final Map<String, Object> values;

  private Settings(Map<String, Object> values) {
    this.values = values;
  }

  /** Every setting at its default. */
  public static Settings defaults() {
    return DEFAULTS;
  }

  /** Collects values; a builder is used by one thread. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * The value that was set, or the default.
   *
   * @throws InvalidArgumentException if it has neither
   */
  public <T> T get(Setting<T> setting) {
    return find(setting)
        .orElseThrow(
            () ->
                new InvalidArgumentException(
                    setting.name(), "not set", "set it to a " + setting.unit()));
  }

  /** The value that was set, or the default, if there is one. */
  public <T> Optional<T> find(Setting<T> setting) {
    Object value = values.get(setting.name());
    return value == null ? setting.defaultValue() : Optional.of(setting.type().cast(value));
  }

  @Override
  public String toString() {
    return values.toString();
  }

  /**
   * Collects values of settings.
   *
   * <p><b>Thread-safety:</b> none; used by one thread.
   */
  public static final class Builder {
    private final Map<String, Object> values = new HashMap<>();
    private final List<String> problems = new ArrayList<>();

    private Builder() {}

    /** Sets a value; an unacceptable one fails {@link #build}. */
    public <T> Builder set(Setting<T> setting, T value) {
      T given = Require.nonNull(setting.name(), value);
      setting
          .problemWith(given)
          .ifPresent(remedy -> problems.add(setting.name() + " is " + given + "; " + remedy));
      values.put(setting.name(), given);
      return this;
    }

    /**
     * The values.
     *
     * @throws InvalidArgumentException naming every unacceptable value
     */
    public Settings build() {
      if (!problems.isEmpty()) {
        throw new InvalidArgumentException(
            "settings", values.toString(), String.join("; ", problems));
      }
      return new Settings(Map.copyOf(values));
    }
  }
}

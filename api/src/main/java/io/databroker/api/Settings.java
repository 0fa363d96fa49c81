package io.databroker.api;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** Valid values of the settings of a provider. */
public final class Settings {
  private static final Settings DEFAULTS = new Settings(Map.of());

  private final Map<String, Object> values;

  private Settings(Map<String, Object> values) {
    this.values = values;
  }

  /** Returns settings that all have their default. */
  public static Settings defaults() {
    return DEFAULTS;
  }

  /** Returns an empty builder. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Returns the value that was set, or the default.
   *
   * @throws InvalidArgumentException if there is neither
   */
  public <T> T get(Setting<T> setting) {
    return find(setting)
        .orElseThrow(
            () ->
                new InvalidArgumentException(
                    setting.name(), "not set", "set it to a " + setting.unit()));
  }

  /** Returns the value that was set, or the default; empty if there is neither. */
  public <T> Optional<T> find(Setting<T> setting) {
    Object value = values.get(setting.name());
    return value == null ? setting.defaultValue() : Optional.of(setting.type().cast(value));
  }

  /** Returns the names of the settings that were set, without their values: some are secret. */
  @Override
  public String toString() {
    return names(values);
  }

  private static String names(Map<String, Object> values) {
    return new TreeSet<>(values.keySet()).toString();
  }

  /** Collects values of settings; for use by one thread. */
  public static final class Builder {
    private final Map<String, Object> values = new HashMap<>();
    private final List<String> problems = new ArrayList<>();

    private Builder() {}

    /** Sets a value; if it is not acceptable, {@link #build} fails. */
    public <T> Builder set(Setting<T> setting, T value) {
      T given = Require.nonNull(setting.name(), value);
      setting
          .problemWith(given)
          .ifPresent(remedy -> problems.add(setting.name() + " is " + given + "; " + remedy));
      values.put(setting.name(), given);
      return this;
    }

    /**
     * Returns the settings.
     *
     * @throws InvalidArgumentException if a value is not acceptable; the message names each such
     *     value
     */
    public Settings build() {
      if (!problems.isEmpty()) {
        throw new InvalidArgumentException("settings", names(values), String.join("; ", problems));
      }
      return new Settings(Map.copyOf(values));
    }
  }
}

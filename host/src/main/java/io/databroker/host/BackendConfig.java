package io.databroker.host;

import io.databroker.api.TypeOptions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Configuration of one backend: its provider, its settings as text, and the type options to set at
 * every open and after every clear.
 */
public final class BackendConfig {
  private final String provider;
  private final List<Map.Entry<String, String>> settings;
  private final Map<String, TypeOptions> options;

  private BackendConfig(
      String provider, List<Map.Entry<String, String>> settings, Map<String, TypeOptions> options) {
    this.provider = Objects.requireNonNull(provider, "provider");
    this.settings = List.copyOf(settings);
    this.options = Map.copyOf(options);
  }

  /** Returns a configuration for the given provider, with default settings. */
  public static BackendConfig of(String provider) {
    return new BackendConfig(provider, List.of(), Map.of());
  }

  /** Returns a copy with the given setting; setting it twice makes the open fail. */
  public BackendConfig with(String setting, String value) {
    List<Map.Entry<String, String>> more = new ArrayList<>(settings);
    more.add(Map.entry(setting, value));
    return new BackendConfig(provider, more, options);
  }

  /** Returns a copy with these options of a type, which replace earlier ones. */
  public BackendConfig withOptions(String type, TypeOptions typeOptions) {
    Map<String, TypeOptions> more = new LinkedHashMap<>(options);
    more.put(type, typeOptions);
    return new BackendConfig(provider, settings, more);
  }

  String provider() {
    return provider;
  }

  List<Map.Entry<String, String>> settings() {
    return settings;
  }

  Map<String, TypeOptions> options() {
    return options;
  }
}

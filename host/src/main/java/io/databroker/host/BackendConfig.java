package io.databroker.host;

import io.databroker.api.TypeOptions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Which backend to open, with its settings as text, and the options of types to put in force
 * whenever it is opened and after every clear.
 *
 * <p><b>Thread-safety:</b> immutable.
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

  /** The backend of the provider of that name, with every setting at its default. */
  public static BackendConfig of(String provider) {
    return new BackendConfig(provider, List.of(), Map.of());
  }

  /** The same with that setting; one that is set twice fails the open. */
  public BackendConfig with(String setting, String value) {
    List<Map.Entry<String, String>> more = new ArrayList<>(settings);
    more.add(Map.entry(setting, value));
    return new BackendConfig(provider, more, options);
  }

  /** The same with these options of that type, in place of earlier ones. */
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

package io.databroker.host;

import io.databroker.api.Setting;
import io.databroker.api.Settings;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Text into valid settings: everything that is wrong is collected, nothing is repaired. */
final class SettingsParser {
  private final String backend;
  private final Map<String, Setting<?>> known = new LinkedHashMap<>();
  private final List<String> problems;

  /** Problems of that backend are added to {@code problems}. */
  SettingsParser(String backend, List<Setting<?>> settings, List<String> problems) {
    this.backend = backend;
    this.problems = problems;
    for (Setting<?> setting : settings) {
      known.put(setting.name(), setting);
    }
  }

  /** The settings, to be used only if no problem was added. */
  Settings parse(List<Map.Entry<String, String>> texts) {
    Map<String, String> given = new LinkedHashMap<>();
    for (Map.Entry<String, String> entry : texts) {
      String name = entry.getKey();
      if (!known.containsKey(name)) {
        problem(unknown(name));
      } else if (given.putIfAbsent(name, entry.getValue()) != null) {
        problem("setting %s is given twice; give it once".formatted(name));
      }
    }
    Settings.Builder settings = Settings.builder();
    for (Setting<?> setting : known.values()) {
      String text = given.get(setting.name());
      if (text != null) {
        set(settings, setting, text);
      } else if (setting.isRequired()) {
        problem(
            "setting %s is missing: %s; give a %s"
                .formatted(setting.name(), setting.help(), setting.unit()));
      }
    }
    return settings.build();
  }

  private <T> void set(Settings.Builder settings, Setting<T> setting, String text) {
    try {
      settings.set(setting, SettingText.parse(setting, text));
    } catch (IllegalArgumentException e) {
      problem("setting %s is \"%s\"; %s".formatted(setting.name(), text, e.getMessage()));
    }
  }

  private String unknown(String name) {
    if (known.isEmpty()) {
      return "unknown setting \"%s\"; it has none".formatted(name);
    }
    return "unknown setting \"%s\"; %s"
        .formatted(
            name,
            Nearest.to(name, known.keySet())
                .map("did you mean %s?"::formatted)
                .orElse(
                    "its settings are "
                        + known.keySet().stream().collect(Collectors.joining(", "))));
  }

  private void problem(String text) {
    problems.add("backend " + backend + ": " + text);
  }
}

package io.databroker.host;

import io.databroker.api.Setting;
import io.databroker.api.Settings;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Parses text into valid settings. It collects all problems and repairs none. */
final class SettingsParser {
  private final String backend;
  private final Map<String, Setting<?>> known = new LinkedHashMap<>();
  private final List<String> problems;

  /** Creates a parser that adds the problems of a backend to {@code problems}. */
  SettingsParser(String backend, List<Setting<?>> settings, List<String> problems) {
    this.backend = backend;
    this.problems = problems;
    for (Setting<?> setting : settings) {
      known.put(setting.name(), setting);
    }
  }

  /** Returns the settings, which are valid only if no problem was added. */
  Settings parse(List<Map.Entry<String, String>> texts) {
    Map<String, String> given = new LinkedHashMap<>();
    for (Map.Entry<String, String> entry : texts) {
      String name = entry.getKey();
      if (!known.containsKey(name)) {
        problem(unknown(name));
      } else if (given.putIfAbsent(name, entry.getValue()) != null) {
        problem(String.format(Locale.ROOT, "setting %s is given twice; give it once", name));
      }
    }
    Settings.Builder settings = Settings.builder();
    for (Setting<?> setting : known.values()) {
      String text = given.get(setting.name());
      if (text != null) {
        set(settings, setting, text);
      } else if (setting.isRequired()) {
        problem(
            String.format(
                Locale.ROOT,
                "setting %s is missing: %s; give a %s",
                setting.name(),
                setting.help(),
                setting.unit()));
      }
    }
    return settings.build();
  }

  private <T> void set(Settings.Builder settings, Setting<T> setting, String text) {
    try {
      settings.set(setting, SettingText.parse(setting, text));
    } catch (IllegalArgumentException e) {
      problem(
          String.format(
              Locale.ROOT, "setting %s is \"%s\"; %s", setting.name(), text, e.getMessage()));
    }
  }

  private String unknown(String name) {
    if (known.isEmpty()) {
      return String.format(Locale.ROOT, "unknown setting \"%s\"; it has none", name);
    }
    return String.format(
        Locale.ROOT,
        "unknown setting \"%s\"; %s",
        name,
        Nearest.to(name, known.keySet())
            .map(nearest -> "did you mean " + nearest + "?")
            .orElse(
                "its settings are " + known.keySet().stream().collect(Collectors.joining(", "))));
  }

  private void problem(String text) {
    problems.add("backend " + backend + ": " + text);
  }
}

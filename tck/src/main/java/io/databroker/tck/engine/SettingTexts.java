package io.databroker.tck.engine;

import io.databroker.api.BackendProvider;
import io.databroker.api.Setting;
import io.databroker.api.Settings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Settings as text, and back. */
public final class SettingTexts {
  private SettingTexts() {}

  /** Returns the settings of a provider that have a value, by name. */
  public static Map<String, String> of(BackendProvider provider, Settings settings) {
    Map<String, String> texts = new LinkedHashMap<>();
    for (Setting<?> setting : provider.settings()) {
      settings.find(setting).ifPresent(value -> texts.put(setting.name(), text(value)));
    }
    return texts;
  }

  private static String text(Object value) {
    return value instanceof Enum<?> ? value.toString().toLowerCase(Locale.ROOT) : value.toString();
  }

  /** Returns the settings that the texts name. */
  public static Settings settings(BackendProvider provider, Map<String, String> texts) {
    Settings.Builder settings = Settings.builder();
    for (Setting<?> setting : provider.settings()) {
      String text = texts.get(setting.name());
      if (text != null) {
        set(settings, setting, text);
      }
    }
    return settings.build();
  }

  /**
   * Sets one setting.
   *
   * @throws IllegalArgumentException if the text is not of the setting's type
   */
  public static <T> void set(Settings.Builder settings, Setting<T> setting, String text) {
    settings.set(setting, setting.type().cast(parse(setting.type(), text)));
  }

  private static Object parse(Class<?> type, String text) {
    if (type == Long.class) {
      return Long.valueOf(text);
    } else if (type == Boolean.class) {
      if (!text.equals("true") && !text.equals("false")) {
        throw new IllegalArgumentException(text);
      }
      return Boolean.valueOf(text);
    } else if (type == Duration.class) {
      return Duration.parse(text.startsWith("P") ? text : "PT" + text);
    } else if (type == Path.class) {
      return Path.of(text);
    } else if (type.isEnum()) {
      for (Object constant : type.getEnumConstants()) {
        if (constant.toString().toLowerCase(Locale.ROOT).equals(text)) {
          return constant;
        }
      }
      throw new IllegalArgumentException(text);
    }
    return text;
  }
}

package io.databroker.server.config;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Configuration as a YAML file, in which a comment says where each value comes from. Secrets are
 * hidden.
 *
 * <p><b>Thread-safety:</b> stateless.
 */
public final class PrintedConfiguration {
  private static final Gson JSON = new GsonBuilder().disableHtmlEscaping().create();
  private static final int COLUMN = 44;

  private PrintedConfiguration() {}

  /** Returns the lines of the file. */
  public static List<String> lines(Configuration configuration) {
    List<String> lines = new ArrayList<>();
    for (Map.Entry<String, OptionSpec> option : configuration.options().entrySet()) {
      if (!option.getKey().equals(OptionNames.FILE.substring(2))) {
        add(lines, option.getKey(), option.getValue(), configuration.of(option.getValue()));
      }
    }
    configuration.notes().forEach(note -> lines.add("# " + note));
    return lines;
  }

  private static void add(List<String> lines, String key, OptionSpec option, List<Value> values) {
    if (option.isMultiValue()) {
      if (values.isEmpty()) {
        lines.add(line("# " + key + ":", "not given"));
        return;
      }
      lines.add(key + ":");
      for (Value value : values) {
        lines.add(line(member(option, value.text()), value.source().text()));
      }
    } else if (!values.isEmpty()) {
      Value value = values.get(values.size() - 1);
      boolean isSwitch = OptionNames.isSwitch(option);
      String shown = isSwitch ? value.text() : scalar(Secrets.shown(key, value.text()));
      lines.add(line(key + ": " + shown, value.source().text()));
    } else if (OptionNames.isSwitch(option)) {
      lines.add(line(key + ": false", Source.DEFAULT.text()));
    } else if (option.defaultValue() != null) {
      lines.add(line(key + ": " + scalar(option.defaultValue()), Source.DEFAULT.text()));
    } else {
      lines.add(line("# " + key + ":", "not given"));
    }
  }

  private static String member(OptionSpec option, String text) {
    if (!OptionNames.hasKeys(option)) {
      return "  - " + scalar(Secrets.shown("", text));
    }
    String shown = Secrets.shownPair(text);
    int equals = shown.indexOf('=');
    return equals < 0
        ? "  " + scalar(shown) + ":"
        : "  " + scalar(shown.substring(0, equals)) + ": " + scalar(shown.substring(equals + 1));
  }

  private static String line(String text, String comment) {
    return String.format(Locale.ROOT, "%-" + COLUMN + "s # %s", text, comment);
  }

  /** Returns a text as YAML: plain if it can be, else in double quotes as in JSON. */
  private static String scalar(String text) {
    boolean plain =
        text.matches("[A-Za-z0-9/_.][A-Za-z0-9/_.:+-]*")
            && !text.endsWith(":")
            && !text.matches("(?i)null|~|true|false|yes|no|on|off");
    return plain ? text : JSON.toJson(text);
  }
}

package io.databroker.server.config;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Values of the options of a command, merged from its flags, the environment, a file and defaults.
 * A flag wins over a variable, a variable over the file, and the file over a default. Settings of a
 * backend are merged one by one.
 *
 * <p><b>Thread-safety:</b> immutable once read.
 */
public final class Configuration {
  /**
   * Opens the file that is named by {@code --config}.
   *
   * <p><b>Thread-safety:</b> called by the thread that reads the configuration.
   */
  public interface Files {
    /**
     * Opens a file.
     *
     * @throws IOException if it cannot be read; the message is for the user
     */
    InputStream open(String name) throws IOException;
  }

  private final OptionNames names;
  private final Map<OptionSpec, List<Value>> values = new LinkedHashMap<>();
  private final List<String> problems = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();

  private Configuration(OptionNames names) {
    this.names = names;
  }

  /**
   * Merges the sources.
   *
   * @param command declares the options
   * @param flags the values that were given as flags, by the longest name of the option
   * @param environment all variables of the process
   * @param others variables with our prefix that are not options
   */
  public static Configuration read(
      CommandSpec command,
      Map<String, List<String>> flags,
      Map<String, String> environment,
      Collection<String> others,
      Files files) {
    Configuration configuration = new Configuration(new OptionNames(command));
    Map<OptionSpec, List<Value>> variables = configuration.variables(environment, others);
    Map<OptionSpec, List<Value>> given = new LinkedHashMap<>();
    for (OptionSpec option : configuration.names.byKey().values()) {
      List<String> texts = flags.get(option.longestName());
      if (texts != null) {
        Source source = Source.flag(option.longestName());
        given.put(option, texts.stream().map(text -> new Value(text, source)).toList());
      }
    }
    OptionSpec file = configuration.names.byKey().get(OptionNames.FILE.substring(2));
    List<Value> named = given.getOrDefault(file, variables.getOrDefault(file, List.of()));
    if (!named.isEmpty()) {
      configuration.merge(configuration.file(named.get(0).text(), files));
    }
    configuration.merge(variables);
    configuration.merge(given);
    return configuration;
  }

  private void merge(Map<OptionSpec, List<Value>> layer) {
    layer.forEach(
        (option, over) ->
            values.merge(
                option,
                over,
                (under, ignored) -> merged(OptionNames.hasKeys(option), under, over)));
  }

  /**
   * Returns the values of the higher source, after the settings of the lower source that they do
   * not replace.
   */
  private static List<Value> merged(boolean byKey, List<Value> under, List<Value> over) {
    if (!byKey) {
      return over;
    }
    List<Value> all = new ArrayList<>();
    for (Value value : under) {
      if (over.stream().noneMatch(other -> setting(other).equals(setting(value)))) {
        all.add(value);
      }
    }
    all.addAll(over);
    return all;
  }

  private static String setting(Value pair) {
    int equals = pair.text().indexOf('=');
    return equals < 0 ? pair.text() : pair.text().substring(0, equals);
  }

  private Map<OptionSpec, List<Value>> variables(
      Map<String, String> environment, Collection<String> others) {
    new TreeMap<>(environment)
        .forEach(
            (name, value) -> {
              String problem = names.unknownVariable(name, environment.keySet(), others);
              if (problem != null) {
                problems.add(problem);
              } else if (others.contains(name) && name.endsWith("_KEY") && !value.isBlank()) {
                notes.add(name + " is set " + Secrets.HIDDEN);
              }
            });
    Map<OptionSpec, List<Value>> given = new LinkedHashMap<>();
    names
        .byKey()
        .forEach(
            (key, option) -> {
              String name = OptionNames.variable(key);
              String text = environment.getOrDefault(name, "");
              if (!text.isBlank()) {
                Source source = Source.variable(name);
                List<Value> lines = new ArrayList<>();
                // One value a line, so that a value may hold any other character.
                for (String line :
                    option.isMultiValue() ? text.split("\\R") : new String[] {text}) {
                  if (!line.isBlank()) {
                    lines.add(new Value(line.strip(), source));
                  }
                }
                check(option, lines);
                given.put(option, lines);
              }
            });
    return given;
  }

  private Map<OptionSpec, List<Value>> file(String name, Files files) {
    Map<OptionSpec, List<Value>> given = new LinkedHashMap<>();
    try (InputStream in = files.open(name)) {
      for (YamlFile.Entry entry : YamlFile.read(name, in, problems)) {
        OptionSpec option = names.inFile(entry.key());
        if (option == null) {
          problem(Source.file(name, entry.line()), names.unknownKey(entry.key()));
          continue;
        }
        List<Value> texts = texts(name, entry, option);
        if (texts != null) {
          check(option, texts);
          given.put(option, texts);
        }
      }
    } catch (IOException e) {
      problems.add("configuration file: " + e.getMessage());
    }
    return given;
  }

  /** Returns the values of an entry; reports a problem and returns null if the form is wrong. */
  private @Nullable List<Value> texts(String name, YamlFile.Entry entry, OptionSpec option) {
    Source source = Source.file(name, entry.line());
    boolean keys = OptionNames.hasKeys(option);
    String wanted =
        keys
            ? "give a mapping of settings, each \"name: value\""
            : option.isMultiValue() ? "give a value or a list of values" : "give a single value";
    boolean fits =
        switch (entry.shape()) {
          case MAPPING -> keys;
          case LIST -> !keys && option.isMultiValue();
          case SCALAR -> !keys;
        };
    if (!fits) {
      problem(source, entry.key() + " has the wrong form; " + wanted);
      return null;
    }
    List<Value> texts = new ArrayList<>();
    for (int i = 0; i < entry.scalars().size(); i++) {
      YamlFile.Scalar scalar = entry.scalars().get(i);
      Source at = Source.file(name, scalar.line());
      String shown = keys ? entry.key() + "." + entry.keys().get(i) : entry.key();
      if (scalar.isNull()) {
        problem(at, shown + " has no value; give one, or remove the key");
      } else {
        texts.add(new Value((keys ? entry.keys().get(i) + "=" : "") + scalar.text(), at));
      }
    }
    return texts.isEmpty() && entry.shape() == YamlFile.Shape.SCALAR ? null : texts;
  }

  /** Adds a problem for a switch that is neither on nor off; picocli checks all other options. */
  private void check(OptionSpec option, List<Value> given) {
    if (OptionNames.isSwitch(option)) {
      for (Value value : given) {
        if (!value.text().equals("true") && !value.text().equals("false")) {
          String problem = " is '" + value.text() + "'; give true or false";
          problem(value.source(), OptionNames.key(option) + problem);
        }
      }
    }
  }

  private void problem(Source source, String text) {
    problems.add(source + ": " + text);
  }

  /** Returns the problems of the sources themselves; picocli reports wrong values. */
  public List<String> problems() {
    return List.copyOf(problems);
  }

  /**
   * Returns the arguments with which picocli sets the options that are in force.
   *
   * @param without the longest names of options that are left out
   */
  public List<String> arguments(Collection<String> without) {
    List<String> arguments = new ArrayList<>();
    values.forEach(
        (option, given) -> {
          for (Value value : without.contains(option.longestName()) ? List.<Value>of() : given) {
            if (!OptionNames.isSwitch(option)) {
              arguments.add(option.longestName() + "=" + value.text());
            } else if (value.text().equals("true")) {
              arguments.add(option.longestName());
            }
          }
        });
    return arguments;
  }

  /** Returns the values of an option, in order; none if it has its default. */
  public List<Value> of(OptionSpec option) {
    for (Map.Entry<OptionSpec, List<Value>> entry : values.entrySet()) {
      if (entry.getKey().longestName().equals(option.longestName())) {
        return entry.getValue();
      }
    }
    return List.of();
  }

  /** Returns the values by key of the file, for a comparison of two configurations. */
  public Map<String, List<String>> texts() {
    Map<String, List<String>> texts = new TreeMap<>();
    values.forEach(
        (option, given) ->
            texts.put(OptionNames.key(option), given.stream().map(Value::text).toList()));
    return texts;
  }

  /** Returns comments on the secrets in variables that belong to no option. */
  List<String> notes() {
    return notes;
  }

  Map<String, OptionSpec> options() {
    return names.byKey();
  }
}

package io.databroker.server.cli;

import io.databroker.server.config.Configuration;
import io.databroker.server.config.OptionNames;
import io.databroker.server.config.PrintedConfiguration;
import io.databroker.server.config.Value;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.TypeConversionException;

/**
 * Options of {@code serve} from all sources, in a command that picocli has filled with them.
 *
 * @param command the command with all values
 * @param configuration the values as text, with their sources
 * @param problems the problems of names and values
 * @param again reads the sources once more: the flags and the environment are the same
 */
record ServeConfiguration(
    ServeCommand command,
    Configuration configuration,
    List<Exception> problems,
    Supplier<ServeConfiguration> again) {

  /** Reads the variables and the file, in addition to the flags that picocli has parsed. */
  static ServeConfiguration read(ParseResult flags, Terminal terminal) {
    CommandSpec spec = flags.commandSpec();
    Configuration configuration =
        Configuration.read(
            spec, given(flags), terminal.environment(), variables(), ServeConfiguration::open);
    ParseResult parsed = parse(terminal, configuration.arguments(Set.of()));
    List<Exception> problems = new ArrayList<>();
    for (String problem : configuration.problems()) {
      problems.add(new ParameterException(spec.commandLine(), problem));
    }
    // Unknown flags and flags without a value; then the wrong values of all sources.
    errors(flags).filter(e -> !isConversion(e)).forEach(problems::add);
    errors(parsed)
        .map(e -> e instanceof ParameterException p ? placed(p, configuration, spec) : e)
        .forEach(problems::add);
    if (problems.isEmpty()) {
      errors(flags).forEach(problems::add); // no error is lost, whatever picocli reports
    }
    // The defaults replace wrong values, so that values that depend on them can be checked too.
    Set<String> wrong =
        errors(parsed)
            .filter(ServeConfiguration::isConversion)
            .map(e -> option(e).longestName())
            .collect(Collectors.toSet());
    ParseResult filled = wrong.isEmpty() ? parsed : parse(terminal, configuration.arguments(wrong));
    ServeCommand command = (ServeCommand) filled.subcommand().commandSpec().userObject();
    return new ServeConfiguration(command, configuration, problems, () -> read(flags, terminal));
  }

  private static ParseResult parse(Terminal terminal, List<String> arguments) {
    List<String> all = new ArrayList<>(List.of(ServeCommand.NAME));
    all.addAll(arguments);
    return DatabrokerCommand.parser(terminal, ServeCommand.NAME)
        .parseArgs(all.toArray(String[]::new));
  }

  private static OptionSpec option(Exception conversion) {
    return (OptionSpec) ((ParameterException) conversion).getArgSpec();
  }

  List<String> printed() {
    return PrintedConfiguration.lines(configuration);
  }

  private static Map<String, List<String>> given(ParseResult flags) {
    Map<String, List<String>> given = new LinkedHashMap<>();
    for (OptionSpec option : flags.matchedOptions()) {
      Object value = option.getValue();
      given.put(
          option.longestName(),
          OptionNames.isSwitch(option)
              ? List.of(String.valueOf(value))
              : option.originalStringValues());
    }
    // A flag with a wrong value is not among the matched ones, but still wins over other sources.
    errors(flags)
        .filter(ServeConfiguration::isConversion)
        .map(ParameterException.class::cast)
        .forEach(e -> given.put(option(e).longestName(), List.of(e.getValue())));
    return given;
  }

  /** Returns the variables with our prefix that are not options of {@code serve}. */
  private static Set<String> variables() {
    Set<String> names = new HashSet<>();
    names.addAll(AccessSource.variables(AccessSource.PREFIX));
    names.addAll(AccessSource.variables(TwoServersAccess.FROM_PREFIX));
    names.addAll(AccessSource.variables(TwoServersAccess.TO_PREFIX));
    names.addAll(
        List.of(
            ServeAccess.KEY,
            ServeAccess.READ_ONLY_KEY,
            RemoteCommand.SERVER,
            "DATABROKER_JAVA_OPTS"));
    return names;
  }

  private static java.io.InputStream open(String name) throws IOException {
    try {
      return InputFile.open(name);
    } catch (FailedException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private static Stream<Exception> errors(ParseResult root) {
    List<Exception> errors = new ArrayList<>();
    for (ParseResult at = root; at != null; at = at.subcommand()) {
      errors.addAll(at.errors());
    }
    return errors.stream().distinct();
  }

  private static boolean isConversion(Exception e) {
    return e instanceof ParameterException p
        && p.getArgSpec() instanceof OptionSpec
        && p.getValue() != null;
  }

  /** Returns the error with the place of its value, if that is not a flag. */
  private static ParameterException placed(
      ParameterException e, Configuration configuration, CommandSpec spec) {
    if (e.getArgSpec() instanceof OptionSpec option) {
      List<Value> values = configuration.of(option);
      for (Value value : values) {
        boolean isIt = values.size() == 1 || value.text().equals(e.getValue());
        if (isIt && !value.source().isFlag()) {
          String why =
              e.getCause() instanceof TypeConversionException told
                  ? String.valueOf(told.getMessage())
                  : "'" + value.text() + "' is not a " + option.paramLabel();
          return new ParameterException(
              spec.commandLine(), value.source() + ": " + OptionNames.key(option) + ": " + why);
        }
      }
    }
    return new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()));
  }
}

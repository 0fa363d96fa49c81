package io.databroker.server.config;

import io.databroker.host.Nearest;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Names of the options of a command in files and in the environment.
 *
 * <p><b>Thread-safety:</b> immutable.
 */
public final class OptionNames {
  static final String PREFIX = "DATABROKER_";

  /** Option that names the file. */
  static final String FILE = "--config";

  /** Options for an action other than serving; they are flags only. */
  private static final Set<String> FLAGS_ONLY =
      Set.of("--help", "--version", "--check", "--print-config");

  /** Variables that Kubernetes sets for a service, after the name of the service. */
  private static final Pattern OF_KUBERNETES =
      Pattern.compile(
          "(DATABROKER(?:_[A-Z0-9_]*?)?)_(?:SERVICE_(?:HOST|PORT)(?:_.*)?"
              + "|PORT(?:_\\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?)?)");

  private final Map<String, OptionSpec> byKey = new LinkedHashMap<>();

  OptionNames(CommandSpec command) {
    for (OptionSpec option : command.options()) {
      if (!FLAGS_ONLY.contains(option.longestName())) {
        byKey.put(key(option), option);
      }
    }
  }

  /** Returns the options that can be given elsewhere than as flags, by key. */
  Map<String, OptionSpec> byKey() {
    return byKey;
  }

  /** Returns the name without dashes in front. */
  public static String key(OptionSpec option) {
    return option.longestName().replaceFirst("^-+", "");
  }

  /** Returns whether its values are settings of the form {@code KEY=VALUE}. */
  static boolean hasKeys(OptionSpec option) {
    return option.paramLabel().equals("KEY=VALUE");
  }

  /** Returns whether it is given without a value. */
  public static boolean isSwitch(OptionSpec option) {
    return option.arity().max() == 0;
  }

  static String variable(String key) {
    return PREFIX + key.toUpperCase(Locale.ROOT).replace('-', '_');
  }

  /** Returns the option of a key in a file; null if there is none. */
  @Nullable OptionSpec inFile(String key) {
    return key.equals(FILE.substring(2)) ? null : byKey.get(key);
  }

  /** Returns the problem of a key that belongs to no option. */
  String unknownKey(String key) {
    if (key.equals(FILE.substring(2))) {
      return "a file cannot name another; give --config or " + variable("config");
    }
    return String.format(Locale.ROOT, "unknown key \"%s\"%s", key, hint(key, byKey.keySet()));
  }

  /**
   * Returns the problem of a variable that belongs to no option; null if it is not of this command.
   *
   * @param all the names of all variables
   * @param others variables with the prefix that something else reads
   */
  @Nullable String unknownVariable(String name, Collection<String> all, Collection<String> others) {
    if (!name.startsWith(PREFIX) || others.contains(name) || isOfKubernetes(name, all)) {
      return null;
    }
    Map<String, String> known = new LinkedHashMap<>();
    byKey.keySet().forEach(key -> known.put(variable(key), key));
    others.forEach(other -> known.put(other, other));
    return known.containsKey(name)
        ? null
        : String.format(Locale.ROOT, "unknown variable %s%s", name, hint(name, known.keySet()));
  }

  /**
   * Returns whether Kubernetes has set a variable, for a service whose name is or begins with
   * databroker: then the variable for the address of that service exists too.
   */
  private static boolean isOfKubernetes(String name, Collection<String> all) {
    Matcher matcher = OF_KUBERNETES.matcher(name);
    return matcher.matches()
        && (matcher.group(1).equals("DATABROKER")
            || all.contains(matcher.group(1) + "_SERVICE_HOST"));
  }

  private static String hint(String name, Collection<String> known) {
    Map<String, String> spelled = new LinkedHashMap<>();
    known.forEach(one -> spelled.put(one.toLowerCase(Locale.ROOT), one));
    return Nearest.to(name.toLowerCase(Locale.ROOT), spelled.keySet())
        .map(nearest -> "; did you mean " + spelled.get(nearest) + "?")
        .orElse("; \"databroker serve --help\" lists the options");
  }
}

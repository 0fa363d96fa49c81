package io.databroker.postgres;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Names of standbys.
 *
 * @param names in small letters, as PostgreSQL compares them
 * @param everyOneConfirms whether a commit waits for each of them
 */
record StandbyNames(Set<String> names, boolean everyOneConfirms) {
  private static final Pattern LIST =
      Pattern.compile("\\s*(?:(?:FIRST|ANY)?\\s*(\\d+)\\s*\\((.*)\\)|(.*))\\s*", 2);

  private static final Pattern NAME = Pattern.compile("\"((?:[^\"]|\"\")*)\"|([^\\s,\"]+)");

  private static final Pattern APPLICATION_NAME =
      Pattern.compile("(?:^|\\s)application_name\\s*=\\s*(?:'([^']*)'|(\\S+))");

  /** Reads a value of {@code synchronous_standby_names}. */
  static StandbyNames ofSetting(String setting) {
    Matcher list = LIST.matcher(setting);
    if (!list.matches()) {
      return new StandbyNames(Set.of(), false);
    }
    boolean counted = list.group(1) != null;
    Set<String> names = new HashSet<>();
    Matcher name = NAME.matcher(counted ? list.group(2) : list.group(3));
    while (name.find()) {
      String quoted = name.group(1);
      names.add(folded(quoted != null ? quoted.replace("\"\"", "\"") : name.group(2)));
    }
    // With "2 (a, b)", both confirm each commit; with "1 (a, b)", only one of them may have
    // confirmed.
    long confirm = counted ? Long.parseLong(list.group(1)) : 1;
    return new StandbyNames(names, !names.contains("*") && confirm >= names.size());
  }

  /** Returns the name under which a server connects to its primary; none if unknown. */
  static StandbyNames ofServer(@Nullable String clusterName, @Nullable String primaryConninfo) {
    if (primaryConninfo != null) {
      Matcher given = APPLICATION_NAME.matcher(primaryConninfo);
      if (given.find()) {
        String quoted = given.group(1);
        return new StandbyNames(Set.of(folded(quoted != null ? quoted : given.group(2))), false);
      }
    }
    boolean named = clusterName != null && !clusterName.isEmpty();
    return new StandbyNames(named ? Set.of(folded(String.valueOf(clusterName))) : Set.of(), false);
  }

  /**
   * Returns whether all of these standbys confirm every commit, and the given server is one of
   * them.
   */
  boolean allOf(StandbyNames server) {
    return everyOneConfirms && !server.names.isEmpty() && names.containsAll(server.names);
  }

  private static String folded(String name) {
    return name.toLowerCase(Locale.ROOT);
  }
}

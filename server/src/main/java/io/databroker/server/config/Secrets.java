package io.databroker.server.config;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Hides secrets in values that are shown.
 *
 * <p><b>Thread-safety:</b> stateless.
 */
public final class Secrets {
  /** Text in place of a secret. */
  public static final String HIDDEN = "(hidden)";

  private static final String WORDS =
      "password|passwd|passphrase|pwd|secret|token|credential|(?:api|access)[._-]?key";
  private static final Pattern NAME =
      Pattern.compile("(?i).*(?:" + WORDS + ").*|.*private.?key.*|.*shared.?key.*");
  private static final Pattern PLACE = Pattern.compile("(?i).*(?:file|path|directory|folder)");

  /** Parameter of a URL whose name says that its value is secret. */
  private static final Pattern PARAMETER =
      Pattern.compile("(?i)([?&;,\\s](?:[\\w.-]*(?:" + WORDS + ")[\\w.-]*)=)[^&;,\\s]*");

  /** User and password before the host of a URL. */
  private static final Pattern USER = Pattern.compile("//[^\\s?]*@");

  private Secrets() {}

  /** Returns the value of a setting as it may be shown. */
  public static String shown(String name, String value) {
    if (NAME.matcher(name).matches() && !PLACE.matcher(name).matches()) {
      return HIDDEN;
    }
    if (!value.contains(":") && !value.contains("=")) {
      return value;
    }
    String withoutUser = USER.matcher(value).replaceAll("//" + HIDDEN + "@");
    return PARAMETER.matcher(withoutUser).replaceAll("$1" + HIDDEN);
  }

  /** Returns a value of an option that takes {@code KEY=VALUE} as it may be shown. */
  public static String shownPair(String pair) {
    int equals = pair.indexOf('=');
    return equals < 0
        ? pair.toLowerCase(Locale.ROOT).matches(".*(?:" + WORDS + ").*") ? HIDDEN : pair
        : pair.substring(0, equals + 1)
            + shown(pair.substring(0, equals), pair.substring(equals + 1));
  }
}

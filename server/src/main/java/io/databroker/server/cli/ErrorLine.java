package io.databroker.server.cli;

import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Message for standard error: one line of bounded length, without control characters. */
final class ErrorLine {
  /** Largest number of characters of a message; ids may have thousands. */
  private static final int LONGEST = 2_000;

  /** Number of characters to keep of the end of the message, which says what to do. */
  private static final int END = 300;

  private static final Pattern CONTROL = Pattern.compile("\\p{Cc}");

  private ErrorLine() {}

  /** Returns the message as one line, without a line end. */
  static String of(@Nullable String message) {
    String line = String.valueOf(message).strip().replaceAll("\\s*\\R\\s*", "; ");
    if (line.length() > LONGEST) {
      line = line.substring(0, LONGEST - END) + " … " + line.substring(line.length() - END);
    }
    return printable(line);
  }

  /** Returns the text with control characters as escapes of JSON. */
  static String printable(String text) {
    return CONTROL
        .matcher(text)
        .replaceAll(
            found -> String.format(Locale.ROOT, "\\\\u%04x", (int) found.group().charAt(0)));
  }
}

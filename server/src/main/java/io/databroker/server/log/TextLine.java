package io.databroker.server.log;

import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.logging.Formatter;
import java.util.logging.LogRecord;
import java.util.logging.SimpleFormatter;
import java.util.regex.Pattern;

/**
 * Layout of an event as text: time, level, logger, message, fields, and the place where an
 * exception was thrown. Control characters are escaped, so that an event is one line even if a
 * client has put line breaks into it.
 */
final class TextLine {
  /** Largest number of characters of a message or a field. */
  static final int LONGEST = 4_000;

  /** Control and format characters, separators of lines, and halves of surrogate pairs. */
  private static final Pattern MISLEADING =
      Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}]");

  private static final Formatter MESSAGES = new SimpleFormatter();

  private TextLine() {}

  static String of(LogRecord event) {
    StringBuilder line = new StringBuilder();
    line.append(event.getInstant().truncatedTo(ChronoUnit.MILLIS)).append(' ');
    line.append(LogLevel.of(event.getLevel())).append(' ');
    line.append(printable(logger(event))).append(": ");
    line.append(printable(message(event)));
    if (event instanceof Event with) {
      with.fields()
          .forEach(
              (name, value) -> line.append(' ').append(name).append('=').append(quoted(value)));
    }
    String thrown = thrown(event);
    return thrown.isEmpty() ? line.toString() : line + " < " + printable(thrown);
  }

  /** Returns the last part of the logger's name. */
  static String logger(LogRecord event) {
    String name = String.valueOf(event.getLoggerName());
    return name.substring(name.lastIndexOf('.') + 1);
  }

  /** Returns the message with its parameters, as one line of a bounded length. */
  static String message(LogRecord event) {
    return oneLine(String.valueOf(MESSAGES.formatMessage(event)));
  }

  /** Returns the exception and its causes, each with the place where it was thrown. */
  static String thrown(LogRecord event) {
    StringBuilder text = new StringBuilder();
    int depth = 0;
    for (Throwable e = event.getThrown(); e != null && depth < 20; e = e.getCause()) {
      text.append(depth++ == 0 ? "" : " < ").append(e);
      if (e.getStackTrace().length > 0) {
        text.append(" at ").append(e.getStackTrace()[0]);
      }
    }
    return oneLine(text.toString());
  }

  private static String oneLine(String text) {
    return shortened(text.strip()).replaceAll("\\s*\\R\\s*", " ");
  }

  static String shortened(String text) {
    return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…";
  }

  private static String quoted(String value) {
    String shown = shortened(value).replace("\\", "\\\\").replace("\"", "\\\"");
    return '"' + printable(shown) + '"';
  }

  /** Returns the text with escapes in place of characters that would end or reorder a line. */
  private static String printable(String text) {
    return MISLEADING
        .matcher(text)
        .replaceAll(found -> String.format(Locale.ROOT, "\\\\u%04x", found.group().codePointAt(0)));
  }
}

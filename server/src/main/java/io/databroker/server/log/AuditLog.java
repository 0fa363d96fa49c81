package io.databroker.server.log;

import java.util.Map;
import java.util.function.Consumer;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Log of administration: the caller, the action and the outcome. It drops no line, and no line
 * holds a payload or a key.
 *
 * <p><b>Thread-safety:</b> safe.
 */
public final class AuditLog {
  static final String NAME = "audit";

  private static final Logger LOG = Logger.getLogger(NAME);

  /** Destination of the log; null for the handlers of the logger. */
  private static volatile @Nullable Consumer<LogRecord> own;

  private AuditLog() {}

  /**
   * Writes to this consumer: java.util.logging takes all handlers away when the process begins to
   * end, while the last calls still run.
   */
  static void to(@Nullable Consumer<LogRecord> other) {
    own = other;
  }

  /**
   * Writes a line.
   *
   * @param action the requested action, such as {@code clear}
   * @param who the subject of the token or of the certificate, else the address
   * @param from the address of the caller
   * @param outcome {@code ok}, or the id of the error
   * @param details the objects of the action
   */
  public static void write(
      String action, String who, String from, String outcome, Map<String, String> details) {
    Event event =
        new Event(LogLevel.INFO, NAME, action)
            .with("who", who)
            .with("from", from)
            .with("outcome", outcome);
    details.forEach(event::with);
    Consumer<LogRecord> to = own;
    if (to == null) {
      LOG.log(event);
    } else {
      to.accept(event);
    }
  }
}

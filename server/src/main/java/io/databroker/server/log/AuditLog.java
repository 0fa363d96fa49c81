package io.databroker.server.log;

import java.util.Map;
import java.util.logging.Logger;

/**
 * Log of administration: who did what, and what came of it. No line of it is left out, and none
 * holds a payload or a key.
 *
 * <p><b>Thread-safety:</b> safe.
 */
public final class AuditLog {
  static final String NAME = "audit";

  private static final Logger LOG = Logger.getLogger(NAME);

  private AuditLog() {}

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
    LOG.log(event);
  }
}

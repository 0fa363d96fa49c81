package io.databroker.server.net;

/**
 * Open call, as seen by the sweep over connections.
 *
 * <p><b>Thread-safety:</b> safe.
 */
public interface OpenCall {
  /**
   * Returns the time at which the request began to arrive, by {@link System#nanoTime}; 0 once it is
   * complete.
   */
  long waitingForRequestSince();

  /**
   * Returns the time at which the client stopped reading, by {@link System#nanoTime}; 0 if it has
   * read all answers.
   */
  long unreadSince();

  /** Ends the call because its request did not arrive in time. */
  void endIncomplete();

  /** Ends the call because its client does not read. */
  void endUnread();
}

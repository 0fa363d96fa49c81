package io.databroker.server.net;

/**
 * Open call, as seen by the sweep over connections.
 *
 * <p><b>Thread-safety:</b> safe.
 */
public interface OpenCall {
  /**
   * Returns since when the request has been incomplete, by {@link System#nanoTime}; 0 once it is
   * complete.
   */
  long waitingForRequestSince();

  /**
   * Returns since when the client has left an answer unread, by {@link System#nanoTime}; 0 if it
   * has not.
   */
  long unreadSince();

  /** Ends the call because its request did not arrive in time. */
  void endIncomplete();

  /** Ends the call because its client does not read. */
  void endUnread();
}

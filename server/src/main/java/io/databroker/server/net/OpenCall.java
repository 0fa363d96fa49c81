package io.databroker.server.net;

/**
 * Open call, as seen by the sweep over connections.
 *
 * <p><b>Thread-safety:</b> safe.
 */
public interface OpenCall {
  /** Since when its request is incomplete, by {@link System#nanoTime}; 0 once it is whole. */
  long waitingForRequestSince();

  /** Since when its client has left an answer unread, by {@link System#nanoTime}; 0 if none. */
  long unreadSince();

  /** Ends the call because its request did not arrive in time. */
  void endIncomplete();

  /** Ends the call because its client does not read. */
  void endUnread();
}

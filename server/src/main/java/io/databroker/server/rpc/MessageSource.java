package io.databroker.server.rpc;

import org.jspecify.annotations.Nullable;

/**
 * Messages of one stream. One thread at a time calls the methods other than {@link #close}.
 *
 * @param <M> the messages
 */
interface MessageSource<M> extends AutoCloseable {

  /**
   * Returns the next message; null if there is none now, or at the end. It never waits for a
   * change.
   */
  @Nullable M poll();

  /** Returns whether there will never be another message. */
  boolean ended();

  /** Runs the signal once when {@link #poll} may have a message. */
  void onReady(Runnable signal);

  /** Takes back the last message, a {@link LargeRecord}: the next poll returns it again. */
  default void back(M message) {
    throw new UnsupportedOperationException("this source has no large records");
  }

  /** Returns the size of the messages that it holds in the heap, in bytes. */
  default long held() {
    return 0;
  }

  /**
   * Drops the messages that it holds; {@link #poll} reads them again.
   *
   * @return false if it cannot read them again, and has kept them
   */
  default boolean release() {
    return false;
  }

  /** Frees its resources. Idempotent; any thread may call it at any time. */
  @Override
  void close();
}

package io.databroker.server.rpc;

import org.jspecify.annotations.Nullable;

/**
 * The messages of one stream. All but {@link #close} is called by one thread at a time.
 *
 * @param <M> the messages
 */
interface MessageSource<M> extends AutoCloseable {

  /** The next message; null if there is none now, or none any more. Of changes it never waits. */
  @Nullable M poll();

  /** Whether there will never be another message. */
  boolean ended();

  /** Runs the signal once when {@link #poll} may have something to say. */
  void onReady(Runnable signal);

  /** Frees what it holds; idempotent, by any thread at any time. */
  @Override
  void close();
}

package io.databroker.server.cli;

import io.databroker.server.log.Logging;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Orderly end of a server: first the server is closed, then the backend. */
final class Ending {
  /** Longest time until the process ends; a supervisor may wait only five seconds. */
  private static final long PATIENCE_MILLIS = 4_500;

  private final Runnable server;
  private final Runnable broker;
  private final Logging log;
  private final AtomicBoolean begun = new AtomicBoolean();

  /** Held during the end, so that a second caller waits. */
  private final Object closing = new Object();

  private boolean closed;

  /** Failure of the end on a signal. */
  private volatile @Nullable Throwable failure;

  /**
   * @param server closes the server
   * @param broker closes the backend
   */
  Ending(Runnable server, Runnable broker, Logging log) {
    this.server = server;
    this.broker = broker;
    this.log = log;
  }

  /** Closes both if they are open; returns when they are closed. */
  void run() {
    begun.set(true);
    close();
  }

  /**
   * Ends the process after a signal, with exit code 0. Otherwise the exit code would name the
   * signal, and supervisors would report a failure. If something cannot be closed, it is a failure.
   *
   * <p>A call that does not end in time ends with the process; acknowledged writes are as durable
   * as the backend declares.
   */
  void onSignal() {
    if (begun.getAndSet(true)) {
      return; // the process already ends by itself, with its own exit code
    }
    Runtime.getRuntime().halt(end());
  }

  /** Closes both in bounded time; returns the exit code. */
  int end() {
    Thread work = new Thread(this::closeOrFail, "databroker-closing");
    work.start();
    try {
      work.join(PATIENCE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (work.isAlive()) {
      log.event("stopped while a call was still running");
    }
    return failure == null ? ExitCodes.DONE : ExitCodes.FAILED;
  }

  private void closeOrFail() {
    try {
      close();
    } catch (RuntimeException | Error e) {
      failure = e;
      log.warning("stopped, but not everything could be closed: " + e);
    }
  }

  private void close() {
    synchronized (closing) {
      if (!closed) {
        closed = true;
        log.event("stopping");
        try {
          server.run();
        } finally {
          broker.run();
        }
        log.event("stopped");
      }
    }
  }
}

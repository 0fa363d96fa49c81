package io.databroker.server.cli;

import io.databroker.host.Databroker;
import io.databroker.server.log.Logging;
import io.databroker.server.rpc.BrokerServer;
import java.util.concurrent.atomic.AtomicBoolean;

/** Orderly end of a server: first the server is closed, then the backend. */
final class Ending {
  /** Longest time until the process ends; a supervisor may wait only five seconds. */
  private static final long PATIENCE_MILLIS = 4_500;

  private final BrokerServer server;
  private final Databroker broker;
  private final Logging log;
  private final AtomicBoolean begun = new AtomicBoolean();

  /** Held during the end, so that a second caller waits. */
  private final Object closing = new Object();

  private boolean closed;

  Ending(BrokerServer server, Databroker broker, Logging log) {
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
   * signal, and supervisors would report a failure.
   *
   * <p>A call that does not end in time ends with the process; acknowledged writes are as durable
   * as the backend declares.
   */
  void onSignal() {
    if (begun.getAndSet(true)) {
      return; // the process already ends by itself, with its own exit code
    }
    Thread work = new Thread(this::close, "databroker-closing");
    work.start();
    try {
      work.join(PATIENCE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (work.isAlive()) {
      log.event("stopped while a call was still running");
    }
    Runtime.getRuntime().halt(ExitCodes.DONE);
  }

  private void close() {
    synchronized (closing) {
      if (!closed) {
        closed = true;
        log.event("stopping");
        server.close();
        broker.close();
        log.event("stopped");
      }
    }
  }
}

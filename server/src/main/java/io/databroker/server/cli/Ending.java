package io.databroker.server.cli;

import io.databroker.host.Databroker;
import io.databroker.server.rpc.BrokerServer;
import java.util.concurrent.atomic.AtomicBoolean;

/** Orderly end of a server: first the server is closed, then the backend. */
final class Ending {
  /** Longest time of the end, so that a supervisor that waits five seconds sees the process end. */
  private static final long PATIENCE_MILLIS = 4_500;

  private final BrokerServer server;
  private final Databroker broker;
  private final Logging log;
  private final AtomicBoolean begun = new AtomicBoolean();

  /** Lock that is held while the end runs, so that a second caller waits for it. */
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
   * Ends the process after a signal, with exit code 0. Without this, the exit code would name the
   * signal, which supervisors take for a failure.
   *
   * <p>A call that does not end in time is cut off with the process: what was acknowledged is as
   * durable as the backend declares.
   */
  void onSignal() {
    if (begun.getAndSet(true)) {
      return; // the process ends by itself, and has an exit code of its own
    }
    Thread work = new Thread(this::close, "databroker-closing");
    work.start();
    try {
      work.join(PATIENCE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (work.isAlive()) {
      log.event("stopped, though a call is still under way");
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

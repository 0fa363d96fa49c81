package io.databroker.server.cli;

import io.databroker.host.Databroker;
import io.databroker.server.rpc.BrokerServer;
import java.util.concurrent.atomic.AtomicBoolean;

/** End of a server: first the server is closed, then the backend. */
final class Ending {
  /** A supervisor that waits five seconds sees the process end by itself. */
  private static final long PATIENCE_MILLIS = 4_500;

  private final BrokerServer server;
  private final Databroker broker;
  private final Logging log;
  private final AtomicBoolean begun = new AtomicBoolean();

  /** Held while the end is under way, so that whoever comes second waits for it. */
  private final Object closing = new Object();

  private boolean closed;

  Ending(BrokerServer server, Databroker broker, Logging log) {
    this.server = server;
    this.broker = broker;
    this.log = log;
  }

  /** Closes both, unless that is done; returns when they are closed. */
  void run() {
    begun.set(true);
    close();
  }

  /**
   * Ends the process after a signal, by exit code 0. Without this, a JVM that was told to end would
   * answer that the signal has ended it, which a supervisor takes for a failure.
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

package io.databroker.api;

/**
 * Property of a backend beyond the rules that every backend keeps. Capabilities are about opening,
 * sharing, time, waiting and restoring; every method but {@link Backend#restore} works without any
 * of them (CAPA-1 to CAPA-5).
 */
public enum Capability {
  /** Everything acknowledged is still there after a close, or a kill, and a reopen. */
  DURABLE("durable"),
  /**
   * Several backends, also in several processes, can have the same records open at the same time.
   */
  SHARED("shared"),
  /** The backend takes its time from {@link BackendContext#clock()}, not from its engine. */
  TURNABLE_CLOCK("turnable-clock"),
  /** The backend takes records with their times by {@link Backend#restore}. */
  RESTORE("restore"),
  /**
   * Reads wait for no other call, no disk and no other machine (CAPA-3). A server runs such reads
   * on the threads that serve its sockets.
   */
  IMMEDIATE_READS("immediate-reads"),
  /** Lease calls wait for no write, no disk and no other machine (CAPA-4). */
  IMMEDIATE_LEASES("immediate-leases"),
  /** The iterators of snapshots wait for no other call, no disk and no other machine (CAPA-5). */
  IMMEDIATE_SNAPSHOTS("immediate-snapshots");

  private final String label;

  Capability(String label) {
    this.label = label;
  }

  /** Returns the name for people and reports. */
  public String label() {
    return label;
  }
}

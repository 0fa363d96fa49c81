package io.databroker.api;

/**
 * Property of a backend beyond the rules that every backend keeps. Capabilities are about opening,
 * sharing, time and restoring; every method but {@link Backend#restore} works without any of them
 * (CAPA-1, CAPA-2).
 */
public enum Capability {
  /** Everything acknowledged is still there after a close, or a kill, and a reopen. */
  DURABLE("durable"),
  /** Several backends, also in several processes, can be open on the same records at once. */
  SHARED("shared"),
  /** The backend takes its time from {@link BackendContext#clock()}, not from its engine. */
  TURNABLE_CLOCK("turnable-clock"),
  /** The backend takes records with their times by {@link Backend#restore}. */
  RESTORE("restore");

  private final String label;

  Capability(String label) {
    this.label = label;
  }

  /** Returns the name for people and reports. */
  public String label() {
    return label;
  }
}

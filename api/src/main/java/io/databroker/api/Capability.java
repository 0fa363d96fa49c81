package io.databroker.api;

/**
 * What a backend is, beyond the contract that every backend keeps. A capability speaks about
 * opening, sharing and time, never about whether a method works (CAPA-1, CAPA-2).
 *
 * <p><b>Thread-safety:</b> immutable.
 */
public enum Capability {
  /** What was acknowledged is there again after the backend was closed, or killed, and reopened. */
  DURABLE("durable"),
  /** Several backends, in several processes, may be open on the same records at once. */
  SHARED("shared"),
  /** Time is taken from {@link BackendContext#clock()}; without it, from the engine's own clock. */
  TURNABLE_CLOCK("turnable-clock");

  private final String label;

  Capability(String label) {
    this.label = label;
  }

  /** The name that people and reports see. */
  public String label() {
    return label;
  }
}

package io.databroker.api;

import java.util.Locale;

/** The backend does not declare the capability that the call needs (CAPA-2). */
public final class UnsupportedException extends DatabrokerException {
  private static final long serialVersionUID = 1L;

  private final Capability needed;

  /** Creates the error for a call that needs that capability. */
  public UnsupportedException(Capability needed) {
    super(
        ErrorId.UNSUPPORTED,
        String.format(
            Locale.ROOT,
            "this backend does not declare the capability %s; use a backend that does",
            needed.label()),
        null);
    this.needed = needed;
  }

  /** Returns the capability that the call needs. */
  public Capability needed() {
    return needed;
  }
}

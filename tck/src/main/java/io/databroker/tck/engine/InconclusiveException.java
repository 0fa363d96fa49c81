package io.databroker.tck.engine;

import java.util.Locale;

/**
 * A test has no verdict: too few calls overlapped, or the search was too long. It counts as not
 * passed.
 *
 * <p><b>Thread-safety:</b> as any exception: safe to read from any thread.
 */
public final class InconclusiveException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public InconclusiveException(String reason) {
    super(
        String.format(
            Locale.ROOT,
            "inconclusive, neither kept nor broken: %s; give it more time (%s=SECONDS, or --budget) or more processors",
            reason,
            Tuning.BUDGET));
  }
}

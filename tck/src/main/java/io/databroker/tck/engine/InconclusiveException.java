package io.databroker.tck.engine;

import io.databroker.tck.text.Texts;

/**
 * A test has no verdict: too few calls overlapped, or the search was too long. It counts as not
 * passed.
 *
 * <p><b>Thread-safety:</b> as any exception: safe to read from any thread.
 */
public class InconclusiveException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Creates the verdict of a test that saw too few overlaps; the message names the remedy. */
  public InconclusiveException(String reason) {
    this(
        reason,
        Texts.format(
            "give it more time (%s=SECONDS, or --budget) or more processors", Tuning.BUDGET));
  }

  /** Creates the verdict of a test that could not decide, with the remedy. */
  public InconclusiveException(String reason, String help) {
    super(Texts.format("inconclusive, neither kept nor broken: %s; %s", reason, help));
  }
}

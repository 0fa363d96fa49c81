package io.databroker.tck.engine;

import io.databroker.tck.text.Texts;
import java.time.Duration;

/**
 * A test has no verdict, because answers that depend on the real clock came too late. The kit runs
 * it once more, with a longer {@link Bench#span}.
 *
 * <p><b>Thread-safety:</b> as any exception: safe to read from any thread.
 */
public final class LateAnswersException extends InconclusiveException {
  private static final long serialVersionUID = 1L;

  LateAnswersException(Duration took, Duration most) {
    super(
        Texts.format(
            "calls took %d ms, and only answers within %d ms can be judged",
            took.toMillis(), most.toMillis()),
        "run it again on a machine that is less busy");
  }
}

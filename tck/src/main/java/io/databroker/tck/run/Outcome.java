package io.databroker.tck.run;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Outcome of one test.
 *
 * <p><b>Thread-safety:</b> immutable.
 *
 * @param chapter the chapter that it stands in
 * @param test its name
 * @param rules the numbers of the rules that it holds
 * @param verdict what it shows of each of them
 * @param reason why, unless it passed
 * @param failure what it failed with
 * @param took how long it ran
 * @param notes what it reported, such as rounds and overlaps
 * @param trace the stack traces of a failure, or an empty text
 * @param saved the name of the file in the folder of the report that holds what was recorded, or an
 *     empty text
 * @param poisoned whether the backend hangs or has filled the heap, so that no further test may run
 *     in the same JVM
 */
public record Outcome(
    String chapter,
    String test,
    List<String> rules,
    Verdict verdict,
    String reason,
    @Nullable Throwable failure,
    Duration took,
    List<String> notes,
    String trace,
    String saved,
    boolean poisoned) {

  /**
   * Verdict of a test.
   *
   * <p><b>Thread-safety:</b> immutable.
   */
  public enum Verdict {
    /** The rule is kept, as far as the test goes. */
    PASS,
    /** The backend has not declared what the test needs. */
    SKIPPED,
    /** Not run. */
    NOT_RUN,
    /** Too little was seen to tell. */
    INCONCLUSIVE,
    /** The rule is broken. */
    FAIL
  }
}

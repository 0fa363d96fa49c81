package io.databroker.tck.run;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Outcome of one test.
 *
 * <p><b>Thread-safety:</b> immutable.
 *
 * @param chapter the chapter of the test
 * @param test the name of the test
 * @param rules the numbers of the rules that the test checks
 * @param verdict the verdict on each of these rules
 * @param reason the reason, unless the test passed
 * @param failure the failure of the test
 * @param took the duration of the test
 * @param notes notes that the test reported, such as rounds and overlaps
 * @param trace the stack traces of a failure, or an empty text
 * @param saved the name of the file with the recording in the folder of the report, or an empty
 *     text
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

  /** Returns the chapter and the name of the test. */
  String name() {
    return chapter + "." + test;
  }

  /**
   * Verdict of a test.
   *
   * <p><b>Thread-safety:</b> immutable.
   */
  public enum Verdict {
    /** The test found the rule kept. */
    PASS,
    /** The backend does not declare a capability that the test needs. */
    SKIPPED,
    /** Not run. */
    NOT_RUN,
    /** The test has no verdict. */
    INCONCLUSIVE,
    /** The rule is broken. */
    FAIL
  }
}

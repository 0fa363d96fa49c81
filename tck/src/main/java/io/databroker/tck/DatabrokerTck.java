package io.databroker.tck;

import io.databroker.api.FieldExtractor;
import io.databroker.tck.chapters.AllChapters;
import io.databroker.tck.engine.InconclusiveException;
import io.databroker.tck.engine.Subject;
import io.databroker.tck.engine.TestFields;
import io.databroker.tck.engine.Violation;

/**
 * The contract as tests, for any backend. Extend this class and name the provider:
 *
 * <pre>{@code
 * class MyBackendTckTest extends DatabrokerTck {
 *   @Override
 *   public BackendProvider provider() {
 *     return new MyProvider();
 *   }
 * }
 * }</pre>
 *
 * <p>A backend that keeps anything on disk overrides {@link #settings} too. Each test gets a fresh
 * backend behind the argument checks of {@link io.databroker.api.CheckedBackend}, closed after it.
 *
 * <p>JUnit configuration parameters, or system properties of the same names, tune it:
 *
 * <ul>
 *   <li>{@code databroker.tck.budget}: seconds for all concurrent workloads together, 30 by default
 *   <li>{@code databroker.tck.seed}: a number that fixes the calls of the workloads' clients
 *   <li>{@code databroker.tck.rounds}: the least number of rounds of each workload, 0 by default
 *   <li>{@code databroker.tck.patience}: seconds to wait for an expected signal or answer, 10 by
 *       default
 *   <li>{@code databroker.tck.report}: a directory that gets the histories of violations
 *   <li>{@code databroker.tck.rules}: run only these rules: numbers (LIST-4) or chapters (LIST),
 *       separated by commas
 * </ul>
 *
 * <p>An undeclared capability ends a test as aborted, with the reason. A test with too few overlaps
 * for a verdict fails with {@link InconclusiveException}. A broken rule fails with {@link
 * Violation}, which names the rule and the command that shows it again.
 *
 * <p><b>Thread-safety:</b> none; JUnit uses each instance on one thread.
 */
public abstract class DatabrokerTck extends AllChapters implements Subject {
  /** Does nothing. */
  protected DatabrokerTck() {}

  /** Finds the indexed fields in the payloads that the kit writes. */
  public static FieldExtractor fields() {
    return TestFields.FIRST;
  }
}

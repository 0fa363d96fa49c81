package io.databroker.tck;

import io.databroker.api.FieldExtractor;
import org.junit.jupiter.api.ClassOrderer;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.TestClassOrder;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The contract as tests, for the backend of anyone. Extend it and name the provider:
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
 *   <li>{@code databroker.tck.seed}: a number that fixes what the clients of these do
 *   <li>{@code databroker.tck.rounds}: the rounds that each of these runs at least, 0 by default
 *   <li>{@code databroker.tck.patience}: seconds to wait for what must come, 10 by default
 *   <li>{@code databroker.tck.report}: a directory that gets the histories of violations
 *   <li>{@code databroker.tck.rules}: run these alone: numbers (LIST-4) or chapters (LIST), with
 *       commas between
 * </ul>
 *
 * <p>An undeclared capability ends a test as aborted, with the reason. Too few overlaps to judge by
 * are no success: the test fails with {@link InconclusiveException}. What a broken rule fails with,
 * {@link Violation}, names the rule and the command that shows it again.
 *
 * <p><b>Thread-safety:</b> none; JUnit uses each instance by one thread.
 */
@ExtendWith(KitExtension.class)
@DisplayNameGeneration(RuleNames.class)
@TestClassOrder(ClassOrderer.OrderAnnotation.class)
public abstract class DatabrokerTck implements Subject {
  /** Does nothing. */
  protected DatabrokerTck() {}

  /** Finds the indexed fields in the payloads that the kit writes. */
  public static FieldExtractor fields() {
    return TestFields.FIRST;
  }

  @Nested
  class Versions extends VersionRules {}

  @Nested
  class Put extends PutRules {}

  @Nested
  class Conditions extends ConditionRules {}

  @Nested
  class Get extends GetRules {}

  @Nested
  class ListTypes extends ListTypesRules {}

  @Nested
  class Snapshots extends SnapshotRules {}

  @Nested
  class Feeds extends FeedRules {}

  @Nested
  class Waiting extends WaitingRules {}

  @Nested
  class Options extends OptionRules {}

  @Nested
  class Capacity extends CapacityRules {}

  @Nested
  class Ttl extends TtlRules {}

  @Nested
  class IndexedFields extends IndexRules {}

  @Nested
  class Leases extends LeaseRules {}

  @Nested
  class Housekeeping extends HousekeepingRules {}

  @Nested
  class Clear extends ClearRules {}

  @Nested
  class State extends StateRules {}

  @Nested
  class Close extends CloseRules {}

  @Nested
  class Arguments extends ArgumentRules {}

  @Nested
  class AcceptedSizes extends LimitRules {}

  @Nested
  class Errors extends ErrorRules {}

  @Nested
  class Opening extends OpeningRules {}

  @Nested
  @Order(Integer.MAX_VALUE) // what a plain test can show, it shows first
  class Concurrency extends ConcurrencyRules {}
}

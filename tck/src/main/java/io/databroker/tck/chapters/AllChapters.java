package io.databroker.tck.chapters;

import io.databroker.tck.junit.KitExtension;
import io.databroker.tck.junit.RuleNames;
import org.junit.jupiter.api.ClassOrderer;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.TestClassOrder;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Chapters of the contract as nested test classes. Extend {@link io.databroker.tck.DatabrokerTck}
 * instead, which names the backend under test.
 *
 * <p>The annotations override the JUnit defaults of the project that runs the kit: another test
 * instance lifecycle, parallel execution or class order would change the meaning of the tests.
 *
 * <p><b>Thread-safety:</b> none; JUnit uses each instance on one thread.
 */
@ExtendWith(KitExtension.class)
@DisplayNameGeneration(RuleNames.class)
@TestClassOrder(ClassOrderer.OrderAnnotation.class)
@TestInstance(TestInstance.Lifecycle.PER_METHOD)
@Execution(ExecutionMode.SAME_THREAD)
public abstract class AllChapters {
  /** Does nothing. */
  protected AllChapters() {}

  @Nested
  class Versions extends VersionRules {}

  @Nested
  class Put extends PutRules {}

  @Nested
  class Conditions extends ConditionRules {}

  @Nested
  class Restore extends RestoreRules {}

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
  class Costs extends CostRules {}

  @Nested
  class Leaks extends LeakRules {}

  @Nested
  class Damage extends DamageRules {}

  @Nested
  class Faults extends FaultRules {}

  @Nested
  class Sizes extends SizeRules {}

  @Nested
  class Names extends NameRules {}

  @Nested
  class Edges extends EdgeRules {}

  @Nested
  class Signals extends SignalRules {}

  @Nested
  class Threads extends ThreadRules {}

  @Nested
  @Order(Integer.MAX_VALUE - 2)
  class Crashes extends CrashRules {}

  @Nested
  @Order(Integer.MAX_VALUE)
  class Scripts extends ScriptRules {}

  @Nested
  @Order(Integer.MAX_VALUE - 1) // plain tests first: they fail sooner and explain more
  class Concurrency extends ConcurrencyRules {}
}

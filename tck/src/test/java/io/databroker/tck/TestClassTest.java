package io.databroker.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectNestedMethod;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.BackendProvider;
import io.databroker.api.Capability;
import io.databroker.api.Lease;
import io.databroker.api.Settings;
import io.databroker.tck.reference.Gallery;
import io.databroker.tck.reference.ReferenceBackend;
import io.databroker.tck.reference.ReferenceProvider;
import io.databroker.tck.reference.Store;
import io.databroker.tck.run.Catalogue;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;

/** Messages of an author's test class, and the cases in which it fails. */
class TestClassTest {

  static class RightTck extends DatabrokerTck {
    @Override
    public BackendProvider provider() {
      return new ReferenceProvider();
    }
  }

  static class WrongTck extends DatabrokerTck {
    @Override
    public BackendProvider provider() {
      return Gallery.mutants().stream()
          .filter(mutant -> mutant.name().equals("capacity-off-by-one"))
          .findFirst()
          .orElseThrow()
          .provider();
    }
  }

  /** Opens correct backends with a real clock, whose renewals take longer than a short lease. */
  static class BusyTck extends DatabrokerTck {
    @Override
    public BackendProvider provider() {
      return new ReferenceProvider() {
        @Override
        public Set<Capability> capabilities(Settings settings) {
          return Set.of();
        }

        @Override
        protected Backend backend(Store store, BackendContext context) {
          return new ReferenceBackend(store, context) {
            @Override
            public @Nullable Lease renewLease(String name, long token, Duration duration) {
              LockSupport.parkNanos(Duration.ofMillis(1_500).toNanos());
              return super.renewLease(name, token, duration);
            }
          };
        }
      };
    }
  }

  private static EngineExecutionResults run(Class<?> tests, Map<String, String> parameters) {
    return EngineTestKit.engine("junit-jupiter")
        .selectors(selectClass(tests))
        .configurationParameters(parameters)
        .execute();
  }

  private static List<String> failures(EngineExecutionResults results) {
    return results.allEvents().failed().stream()
        .map(
            event ->
                event
                    .getRequiredPayload(org.junit.platform.engine.TestExecutionResult.class)
                    .getThrowable()
                    .map(Throwable::getMessage)
                    .orElse(""))
        .toList();
  }

  @Test
  void aFailureNamesTheRuleAndTheCommandThatShowsItAgain() {
    Map<String, String> parameters =
        Map.of("databroker.tck.rules", "cap-1", "databroker.tck.seed", "5");
    assertThat(failures(run(WrongTck.class, parameters)))
        .isNotEmpty()
        .allSatisfy(
            message ->
                assertThat(message)
                    .contains("CAP-1", "Again: mvn test -Dtest=WrongTck -Ddatabroker.tck.rules="))
        .anySatisfy(
            message ->
                assertThat(message)
                    .startsWith("CAP-1 is broken: When `put` returns, no type")
                    .contains("Seen: ", "At CapacityRules.java:")
                    .contains(
                        "Again: mvn test -Dtest=WrongTck -Ddatabroker.tck.rules=CAP-1"
                            + " -Ddatabroker.tck.seed=5\n"));
  }

  @Test
  void theJUnitDefaultsOfTheProjectDoNotMatter() {
    Map<String, String> parameters =
        Map.of(
            "databroker.tck.rules",
            "GET,LIST-1,LIST-2,LIST-3,OPT,CHECK",
            "junit.jupiter.testinstance.lifecycle.default",
            "per_class",
            "junit.jupiter.execution.parallel.enabled",
            "true",
            "junit.jupiter.execution.parallel.mode.default",
            "concurrent",
            "junit.jupiter.testmethod.order.default",
            "org.junit.jupiter.api.MethodOrderer$Random");
    EngineExecutionResults results = run(RightTck.class, parameters);
    assertThat(failures(results)).isEmpty();
    assertThat(results.testEvents().succeeded().count()).isGreaterThan(10);
  }

  @Test
  void aTestWhoseAnswersCameTooLateRunsAgainWithMoreTime() {
    EngineExecutionResults results =
        EngineTestKit.engine("junit-jupiter")
            .selectors(
                selectNestedMethod(
                    List.of("io.databroker.tck.TestClassTest$BusyTck"),
                    "io.databroker.tck.chapters.AllChapters$Leases",
                    "renewingKeepsTheTokenAndMovesTheEnd"))
            .execute();
    assertThat(failures(results)).isEmpty();
    assertThat(results.testEvents().succeeded().count()).isEqualTo(1);
  }

  @Test
  void rulesCanBeChosen() {
    EngineExecutionResults results =
        run(RightTck.class, Map.of("databroker.tck.rules", "LIST-1,GET"));
    Set<String> tests = new HashSet<>();
    for (String rule : List.of("LIST-1", "GET-1", "GET-2")) {
      tests.addAll(Catalogue.tests().getOrDefault(rule, List.of()));
    }
    assertThat(results.testEvents().succeeded().count()).isEqualTo(tests.size());
    assertThat(results.testEvents().skipped().count()).isGreaterThan(150);
    assertThat(failures(run(RightTck.class, Map.of("databroker.tck.rules", "LIST-99"))))
        .anySatisfy(message -> assertThat(message).contains("LIST-99"));
  }

  @Test
  void whatCouldNotBeToldIsNotGreen() {
    Map<String, String> parameters =
        Map.of("databroker.tck.rules", "PUT-2,LEASE-1,CLOSE-4", "databroker.tck.budget", "0");
    assertThat(failures(run(RightTck.class, parameters)))
        .hasSize(3)
        .allSatisfy(
            message ->
                assertThat(message).contains("inconclusive", "databroker.tck.budget=SECONDS"));
  }

  @Test
  void aBudgetThatIsNoneIsRefused() {
    Map<String, String> parameters =
        Map.of("databroker.tck.rules", "GET-1", "databroker.tck.budget", "NaN");
    assertThat(failures(run(RightTck.class, parameters)))
        .isNotEmpty()
        .allSatisfy(message -> assertThat(message).contains("databroker.tck.budget=NaN"));
  }
}

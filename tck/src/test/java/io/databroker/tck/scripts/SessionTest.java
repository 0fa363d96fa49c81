package io.databroker.tck.scripts;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.tck.engine.Again;
import io.databroker.tck.engine.Bench;
import io.databroker.tck.engine.Subject;
import io.databroker.tck.engine.Tuning;
import io.databroker.tck.reference.ReferenceBackend;
import io.databroker.tck.reference.ReferenceProvider;
import io.databroker.tck.reference.Store;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Scripts that correct backends answer in more than one way. */
class SessionTest {
  /** Opens backends whose {@code expire} also removes the leases that are over. */
  private static final class Sweeping extends ReferenceProvider {
    @Override
    protected Backend backend(Store store, BackendContext context) {
      return new ReferenceBackend(store, context) {
        @Override
        public long expire() {
          store.leases.values().removeIf(lease -> !lasts(lease));
          return super.expire();
        }
      };
    }
  }

  @Test
  void aRemovedLeaseStaysOverWhenTheClockStepsBack() throws Throwable {
    List<Step> script =
        List.of(
            new Step.Acquire("a", Duration.ofSeconds(3)),
            new Step.Turn(Duration.ofSeconds(5)),
            new Step.Expire(),
            new Step.Turn(Duration.ofMillis(-2500)),
            new Step.Release("a", false),
            new Step.Acquire("a", Duration.ofSeconds(3)));
    Tuning tuning =
        new Tuning(
            1,
            Duration.ofMillis(1),
            0,
            Duration.ofSeconds(10),
            Duration.ofSeconds(10),
            Optional.empty(),
            new Again(List.of("LEASE-6"), "SessionTest", Optional.empty()));
    Subject subject = Sweeping::new;
    Bench bench = Bench.of(subject, tuning, (what, value) -> {});
    bench.run(
        "the script",
        () -> {
          try (Session session = new Session(bench, 1)) {
            for (Step step : script) {
              session.run(step);
            }
            session.end();
          }
          return null;
        });
    bench.close();
    assertThat(bench.failureBehind()).isNull();
  }
}

package io.databroker.tck;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.support.ForwardingBackend;
import io.databroker.tck.engine.Subject;
import io.databroker.tck.reference.Gallery;
import io.databroker.tck.reference.Mutant;
import io.databroker.tck.reference.ReferenceBackend;
import io.databroker.tck.reference.ReferenceProvider;
import io.databroker.tck.reference.Store;
import io.databroker.tck.run.KitRun;
import io.databroker.tck.run.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Signals that wait for calls of another thread, as the kit judges them. */
class SignalWaitTest {
  private static final String TEST = "aSignalMayWaitForCallsOfOtherThreads";

  /** Shorter than the time that the calls during a signal take together. */
  private static final String PATIENCE = "0.1";

  private static final Duration CALL = Duration.ofMillis(50);
  private static final Set<String> SLOW = Set.of("get", "listTypes", "acquireLease");

  /** Opens correct backends some of whose calls take long. */
  private static final class SlowProvider extends ReferenceProvider {
    @Override
    protected Backend backend(Store store, BackendContext context) {
      return new ForwardingBackend(new ReferenceBackend(store, context)) {
        @Override
        protected <T> T call(String method, Supplier<T> call) {
          if (SLOW.contains(method)) {
            LockSupport.parkNanos(CALL.toNanos());
          }
          return call.get();
        }
      };
    }
  }

  @Test
  void aBackendThatIsOnlySlowPasses() {
    Subject slow = SlowProvider::new;
    List<Outcome> outcomes = new ArrayList<>();
    KitRun.run(
        slow,
        Set.of("FEED-18"),
        Map.of("databroker.tck.patience", PATIENCE, "databroker.tck.budget", "1"),
        outcomes::add);
    assertThat(outcomes)
        .filteredOn(outcome -> outcome.test().contains(TEST))
        .singleElement()
        .extracting(Outcome::verdict)
        .isEqualTo(Outcome.Verdict.PASS);
  }

  @Test
  void theFailureNamesTheCallAndLeavesNoThread() {
    Mutant wrong =
        Gallery.mutants().stream()
            .filter(mutant -> mutant.name().equals("clear-signals-under-the-lock"))
            .findAny()
            .orElseThrow();
    Outcome killer = Gallery.trial(wrong, 1).killer().orElseThrow();
    assertThat(killer.test()).contains(TEST);
    assertThat(killer.reason())
        .contains("the signal of a clear waited")
        .contains("for a call of another thread: get, which waits here:")
        .contains("ReferenceBackend.get");
    assertThat(Thread.getAllStackTraces().keySet())
        .extracting(Thread::getName)
        .doesNotContain("tck-beside-a-signal");
  }
}

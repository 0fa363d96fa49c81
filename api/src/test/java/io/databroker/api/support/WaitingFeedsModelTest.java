package io.databroker.api.support;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Set;
import org.jetbrains.lincheck.Lincheck;
import org.jetbrains.lincheck.LincheckAssertionError;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Runs {@link WaitingFeeds} under Lincheck, which chooses when threads switch. {@code
 * -Dlincheck.invocations=10000} tries more interleavings. Lincheck assumes sequential consistency:
 * the stress runs of the backends check the fences.
 */
class WaitingFeedsModelTest {
  private static final int INVOCATIONS = Integer.getInteger("lincheck.invocations", 40);

  /** Enough to find each fault. */
  private static final int MOST_INVOCATIONS = 5_000;

  /**
   * Lincheck gives up an invocation after 30 seconds by the clock, which a busy machine may need. A
   * lost signal shows in another way: all threads wait, and no time limit is involved.
   */
  private static final String GAVE_UP = "see the thread dump";

  private static final int TRIES = 3;

  static Set<String> scenarios() {
    return WaitingScenarios.all().keySet();
  }

  @ParameterizedTest
  @MethodSource("scenarios")
  void noInterleavingLosesASignal(String scenario) {
    for (int left = TRIES; left > 0; left--) {
      try {
        Lincheck.runConcurrentTest(INVOCATIONS, WaitingScenarios.all().get(scenario));
        return;
      } catch (LincheckAssertionError failure) {
        if (left == 1 || !String.valueOf(failure.getMessage()).contains(GAVE_UP)) {
          throw failure;
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(WaitingFault.class)
  void aPlantedFaultIsFound(WaitingFault fault, @TempDir Path directory) throws Exception {
    Runnable scenario = fault.plant(directory);
    assertThatThrownBy(() -> Lincheck.runConcurrentTest(MOST_INVOCATIONS, scenario))
        .isInstanceOf(LincheckAssertionError.class);
  }
}

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

  static Set<String> scenarios() {
    return WaitingScenarios.all().keySet();
  }

  @ParameterizedTest
  @MethodSource("scenarios")
  void noInterleavingLosesASignal(String scenario) {
    Lincheck.runConcurrentTest(INVOCATIONS, WaitingScenarios.all().get(scenario));
  }

  @ParameterizedTest
  @EnumSource(WaitingFault.class)
  void aPlantedFaultIsFound(WaitingFault fault, @TempDir Path directory) throws Exception {
    Runnable scenario = fault.plant(directory);
    assertThatThrownBy(() -> Lincheck.runConcurrentTest(MOST_INVOCATIONS, scenario))
        .isInstanceOf(LincheckAssertionError.class);
  }
}

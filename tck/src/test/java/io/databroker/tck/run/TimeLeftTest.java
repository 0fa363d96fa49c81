package io.databroker.tck.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TimeLeftTest {
  private Instant now = Instant.EPOCH;

  private void pass(double seconds) {
    now = now.plusMillis(Math.round(seconds * 1000));
  }

  private TimeLeft of(double budget, String... tests) {
    Set<String> all = new LinkedHashSet<>(List.of(tests));
    return new TimeLeft(all, Duration.ofMillis(Math.round(budget * 1000)), () -> now);
  }

  @Test
  void testsTakeTheirShareOfTheBudget() {
    TimeLeft time = of(100, "Concurrency.a", "Concurrency.b", "Gets.c");
    assertThat(time.atFirst()).isEqualTo("3 tests, about 100 s");
    pass(50.15);
    assertThat(time.after("Concurrency.a")).isEqualTo("[1 of 3, 50 s left]");
    pass(50.15);
    assertThat(time.after("Concurrency.b")).isEqualTo("[2 of 3, 1 s left]");
    assertThat(time.after("Gets.c")).isEqualTo("[3 of 3, done]");
  }

  @Test
  void aSlowBackendTakesLonger() {
    TimeLeft time = of(100, "Concurrency.a", "Concurrency.b");
    pass(100);
    assertThat(time.after("Concurrency.a")).isEqualTo("[1 of 2, 98 s left]");
  }

  @Test
  void aTestThatWasNotExpectedChangesNothing() {
    TimeLeft time = of(1, "Gets.a", "Gets.b");
    assertThat(time.after("Before the tests.the first open")).startsWith("[0 of 2, ");
  }

  @Test
  void longTimesAreMinutesAndHours() {
    assertThat(of(600, "Concurrency.a").atFirst()).isEqualTo("1 test, about 10 min");
    assertThat(of(36_000, "Concurrency.a").atFirst()).isEqualTo("1 test, about 10.0 h");
  }
}

package io.databroker.tck.engine;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Judges by processor times of its own: those of this process depend on the rest of the machine.
 */
class BoundedTest {
  private static final Duration BOUND = Duration.ofMillis(150);

  private final Calls calls = new Calls(Duration.ofSeconds(10));
  private final AtomicBoolean stopped = new AtomicBoolean();

  @AfterEach
  void stop() {
    stopped.set(true);
  }

  private void work(Runnable call) throws Throwable {
    Bounded.call(
        "the work",
        BOUND,
        calls,
        System::nanoTime,
        () -> {
          while (!stopped.get()) {
            calls.run("put", call);
          }
          return null;
        });
  }

  @Test
  void workThatIsLongBecauseItsCallsAreSlowHasNoVerdict() {
    CountDownLatch never = new CountDownLatch(1);
    assertThatThrownBy(
            () ->
                work(
                    () -> {
                      try {
                        never.await(15, TimeUnit.MILLISECONDS);
                      } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                      }
                    }))
        .isInstanceOf(InconclusiveException.class)
        .hasMessageContaining("calls returned");
  }

  @Test
  void workThatNeverEndsAlthoughItsCallsAreQuickHangs() {
    assertThatThrownBy(() -> work(() -> {})).isInstanceOf(HungException.class);
  }

  @Test
  void workThatMakesNoCallHangs() {
    CountDownLatch never = new CountDownLatch(1);
    assertThatThrownBy(
            () ->
                Bounded.call(
                    "the work",
                    BOUND,
                    calls,
                    () -> 0,
                    () -> {
                      never.await();
                      return null;
                    }))
        .isInstanceOf(HungException.class)
        .hasMessageContaining("the work did not end");
    never.countDown();
  }

  @Test
  void workWhoseProcessGetsLittleOfAProcessorHasNoVerdict() {
    CountDownLatch never = new CountDownLatch(1);
    long start = System.nanoTime();
    assertThatThrownBy(
            () ->
                Bounded.call(
                    "the work",
                    BOUND,
                    calls,
                    () -> (System.nanoTime() - start) / 10,
                    () -> {
                      never.await();
                      return null;
                    }))
        .isInstanceOf(InconclusiveException.class)
        .hasMessageContaining("of a processor");
    never.countDown();
  }
}

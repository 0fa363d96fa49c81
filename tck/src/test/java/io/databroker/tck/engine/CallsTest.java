package io.databroker.tck.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class CallsTest {

  @Test
  void aCallThatRunsTooLongIsNamed() throws InterruptedException {
    Calls calls = new Calls(Duration.ofNanos(1));
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    Thread caller =
        new Thread(
            () ->
                calls.run(
                    "put",
                    () -> {
                      inside.countDown();
                      awaitQuietly(end);
                    }));
    caller.start();
    inside.await();
    assertThat(calls.overdue()).hasMessageStartingWith("put did not return within");
    end.countDown();
    caller.join();
    assertThat(calls.overdue()).isNull();
  }

  /** A watchdog that reads while calls end must not mix the states of two calls. */
  @Test
  void callsThatEndWhileTheWatchdogLooksAreNoFalseAlarm() throws InterruptedException {
    Calls calls = new Calls(Duration.ofSeconds(60));
    AtomicBoolean stop = new AtomicBoolean();
    AtomicLong ended = new AtomicLong();
    Thread caller =
        new Thread(
            () -> {
              while (!stop.get()) {
                calls.run("get", ended::incrementAndGet);
              }
            });
    caller.start();
    HungException alarm = null;
    while (alarm == null && ended.get() < 5_000_000) {
      alarm = calls.overdue();
    }
    stop.set(true);
    caller.join();
    assertThat(alarm).describedAs("after %d calls", ended.get()).isNull();
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException interrupt) {
      Thread.currentThread().interrupt();
    }
  }
}

package io.databroker.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class HangUpTest {
  private final AtomicInteger runs = new AtomicInteger();
  private final CountDownLatch begun = new CountDownLatch(1);
  private final CountDownLatch goOn = new CountDownLatch(1);

  private void work() {
    runs.incrementAndGet();
    begun.countDown();
    try {
      assertThat(goOn.await(20, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void signalsWhileOneWaitsCauseNoFurtherRun() throws Exception {
    Runnable task = HangUp.oneAtATime(this::work);
    Thread first = new Thread(task);
    first.start();
    assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
    Thread waiting = new Thread(task);
    waiting.start();
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (waiting.getState() != Thread.State.BLOCKED && System.nanoTime() - end < 0) {
      LockSupport.parkNanos(1_000_000);
    }
    for (int i = 0; i < 100; i++) {
      task.run();
    }
    goOn.countDown();
    first.join(20_000);
    waiting.join(20_000);
    assertThat(runs).hasValue(2);
    task.run();
    assertThat(runs).hasValue(3);
  }
}

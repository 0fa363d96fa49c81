package io.databroker.tck.engine;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/** Awaited event with a time limit. */
public final class Signal implements Runnable {
  private final CountDownLatch happened = new CountDownLatch(1);
  private final Duration patience;

  public Signal(Duration patience) {
    this.patience = patience;
  }

  @Override
  public void run() {
    happened.countDown();
  }

  public void await(String what) {
    boolean inTime = false;
    try {
      inTime = RunningTime.await(happened, patience);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    assertTrue(inTime, what + " did not come within " + patience);
  }
}

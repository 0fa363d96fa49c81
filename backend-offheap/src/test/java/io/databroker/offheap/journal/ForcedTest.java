package io.databroker.offheap.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.databroker.api.OutcomeUnknownException;
import io.databroker.api.StorageFailedException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ForcedTest {
  private static final int WRITERS = 8;
  private static final int ROUNDS = 20_000;

  @Test
  void noWaitingCallerMissesItsFsync() throws Exception {
    Forced forced = new Forced(Duration.ofMinutes(1));
    AtomicLong appended = new AtomicLong();
    AtomicLong waited = new AtomicLong();
    AtomicLong durable = new AtomicLong();
    ExecutorService writers = Executors.newFixedThreadPool(WRITERS);
    try {
      List<Future<?>> ends = new ArrayList<>();
      for (int i = 0; i < WRITERS; i++) {
        ends.add(
            writers.submit(
                () -> {
                  for (int round = 0; round < ROUNDS; round++) {
                    long ticket = appended.incrementAndGet();
                    if (durable.get() < ticket) {
                      waited.incrementAndGet();
                    }
                    forced.await(ticket, true);
                    assertThat(durable.get()).isGreaterThanOrEqualTo(ticket);
                  }
                }));
      }
      while (durable.get() < (long) WRITERS * ROUNDS) {
        durable.set(appended.get());
        forced.reach(durable.get());
      }
      for (Future<?> end : ends) {
        end.get(30, TimeUnit.SECONDS); // less than the wait of a caller that was missed
      }
    } finally {
      writers.shutdownNow();
    }
    assertThat(waited.get()).as("calls that began before their fsync ended").isPositive();
  }

  @Test
  void aFailureEndsTheWaitOfAllCallers() throws Exception {
    Forced forced = new Forced(Duration.ofMinutes(1));
    ExecutorService callers = Executors.newFixedThreadPool(2);
    try {
      Future<?> writer = callers.submit(() -> forced.await(1, true));
      Future<?> reader = callers.submit(() -> forced.await(1, false));
      forced.fail(new IOException("the first"));
      forced.fail(new IOException("the second"));
      assertThatThrownBy(() -> writer.get(30, TimeUnit.SECONDS))
          .hasCauseInstanceOf(OutcomeUnknownException.class)
          .hasMessageContaining("the first");
      assertThatThrownBy(() -> reader.get(30, TimeUnit.SECONDS))
          .hasCauseInstanceOf(StorageFailedException.class)
          .hasMessageContaining("the first");
    } finally {
      callers.shutdownNow();
    }
  }

  @Test
  void aDurableTicketIsNoFailureLater() {
    Forced forced = new Forced(Duration.ofMinutes(1));
    forced.reach(3);
    forced.fail(new IOException("later"));
    forced.await(3, true);
    assertThatThrownBy(() -> forced.await(4, true)).isInstanceOf(OutcomeUnknownException.class);
  }

  @Test
  void aCallerWaitsNoLongerThanItsTimeoutAndStaysInterrupted() {
    Forced forced = new Forced(Duration.ofMillis(20));
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> forced.await(1, true))
        .isInstanceOf(OutcomeUnknownException.class)
        .hasMessageContaining("in time");
    assertThat(Thread.interrupted()).isTrue();
  }
}

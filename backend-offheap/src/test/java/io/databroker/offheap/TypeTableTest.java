package io.databroker.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.offheap.memory.SortedVersions;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class TypeTableTest {
  private volatile TypeTable table = table(0);
  private volatile boolean going = true;

  private static TypeTable table(int number) {
    return new TypeTable(number, "t", () -> version -> false, () -> version -> false);
  }

  /** Result of a thread in one round, with its time. */
  private static final class Got {
    SortedVersions index;
    long from;
    long to;
  }

  /**
   * A writer and a change of options may both create the first index; the entries of one were lost.
   */
  @Test
  void whoeverAsksFirstAllGetTheSameIndex() throws InterruptedException {
    Got mine = new Got();
    Got other = new Got();
    AtomicInteger met = new AtomicInteger();
    Thread thread =
        new Thread(
            () -> {
              for (int i = 0; going; i++) {
                meet(met, 4 * i + 2);
                ask(other);
                meet(met, 4 * i + 4);
              }
            });
    thread.setDaemon(true);
    thread.start();
    int overlaps = 0;
    int parted = 0;
    int rounds = 0;
    for (int i = 0; going; i++) {
      table.free();
      table = table(i);
      meet(met, 4 * i + 2);
      ask(mine);
      rounds++;
      // On busy processors the first overlap may take long.
      going = overlaps < 5 && rounds < (overlaps == 0 ? 400_000 : 20_000);
      meet(met, 4 * i + 4);
      overlaps += mine.from < other.to && other.from < mine.to ? 1 : 0;
      parted += mine.index != other.index ? 1 : 0;
    }
    thread.join(30_000);
    table.free();
    System.out.printf(
        Locale.ROOT, "first index of a type: %d of %d rounds overlapped%n", overlaps, rounds);
    assertThat(overlaps).as("rounds that overlapped").isPositive();
    assertThat(parted).as("rounds with two indexes").isZero();
  }

  /**
   * Waits until both threads have arrived; spins, because a lock would wake the threads at
   * different times.
   */
  private static void meet(AtomicInteger met, int both) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    met.incrementAndGet();
    for (int spins = 1; met.get() < both; spins++) {
      if (spins % 1_000 == 0) {
        LockSupport.parkNanos(1_000);
        assertThat(System.nanoTime()).as("the other thread is gone").isLessThan(deadline);
      }
    }
  }

  private void ask(Got got) {
    got.from = System.nanoTime();
    got.index = table.index();
    got.to = System.nanoTime();
  }
}

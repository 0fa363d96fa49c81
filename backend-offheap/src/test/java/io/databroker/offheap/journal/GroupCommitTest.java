package io.databroker.offheap.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.databroker.api.OutcomeUnknownException;
import io.databroker.api.StorageFailedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One fsync for many writers, and none of them returns before it. */
@Timeout(60)
class GroupCommitTest {
  private static final int HALF = 4;
  private static final int MANY = 1_000_000;

  private final FakeDisk disk = new FakeDisk();
  private Publisher publisher = publisher(Duration.ofMinutes(1));
  private final ExecutorService callers = Executors.newCachedThreadPool();
  private final List<Future<?>> calls = new ArrayList<>();
  private final Semaphore appended = new Semaphore(0);

  private Publisher publisher(Duration timeout) {
    return new Publisher(
        true,
        timeout,
        new Waker(() -> false, types -> {}),
        disk,
        new Spaces.InMemory(),
        disk::nanoTime);
  }

  @AfterEach
  void stop() {
    disk.allowed.release(MANY);
    publisher.stop();
    callers.shutdownNow();
    disk.segment.free();
  }

  private void call(Callable<?> call) {
    calls.add(callers.submit(call));
  }

  private void write() {
    long ticket = disk.append(publisher);
    appended.release();
    publisher.await(ticket, true);
    assertThat(disk.durable).isGreaterThanOrEqualTo(ticket);
  }

  private void awaitCalls() throws Exception {
    for (Future<?> call : calls) {
      call.get(30, TimeUnit.SECONDS);
    }
  }

  /**
   * Begins an fsync of one half of the writers, and lets the other half append meanwhile.
   *
   * @param again whether each writer of the first half writes again as soon as it can
   */
  private void halfDuringTheFsyncOfTheOther(boolean again) {
    for (int i = 0; i < HALF; i++) {
      call(
          () -> {
            write();
            if (again) {
              // Waits first: only an fsync that waits for this write can cover it.
              disk.secondTurn.await();
              write();
            }
            return null;
          });
    }
    appended.acquireUninterruptibly(HALF);
    publisher.start();
    disk.begun.acquireUninterruptibly();
    for (int i = 0; i < HALF; i++) {
      call(
          () -> {
            write();
            return null;
          });
    }
    appended.acquireUninterruptibly(HALF);
  }

  @Test
  void theSecondFsyncCoversAllWritersAndNotHalfOfThem() throws Exception {
    halfDuringTheFsyncOfTheOther(true);
    disk.allowed.release(MANY);
    awaitCalls();
    assertThat(disk.commits).containsExactly((long) HALF, 3L * HALF);
    assertThat(disk.early).isFalse();
  }

  @Test
  void nobodyWaitsLongForWritersThatDoNotReturn() throws Exception {
    halfDuringTheFsyncOfTheOther(false);
    disk.tick = TimeUnit.MILLISECONDS.toNanos(1);
    disk.allowed.release(MANY);
    awaitCalls();
    assertThat(disk.commits).containsExactly((long) HALF, 2L * HALF);
  }

  /** The clock stands still, so a wait for another writer would have no end. */
  @Test
  void aWriterThatIsAloneWaitsForNobody() throws Exception {
    publisher.start();
    disk.allowed.release(MANY);
    call(
        () -> {
          for (int i = 0; i < 50; i++) {
            write();
          }
          return null;
        });
    awaitCalls();
    assertThat(disk.commits).hasSize(50);
  }

  @Test
  void noCallReturnsBeforeWhatItSawIsDurable() throws Exception {
    disk.tick = 1_000;
    publisher.start();
    disk.allowed.release(MANY);
    for (int i = 0; i < HALF; i++) {
      call(
          () -> {
            for (int round = 0; round < 500; round++) {
              write();
            }
            return null;
          });
      call(
          () -> {
            for (int round = 0; round < 500; round++) {
              long seen = disk.look(publisher);
              publisher.await(seen, false);
              assertThat(disk.durable).isGreaterThanOrEqualTo(seen);
            }
            return null;
          });
    }
    awaitCalls();
    assertThat(disk.early).as("a reader saw a batch before its fsync").isFalse();
    assertThat(disk.durable).isEqualTo(disk.appended());
  }

  @Test
  void aCloseForcesTheBatchesOfWaitingCallers() throws Exception {
    halfDuringTheFsyncOfTheOther(false);
    call(
        () -> {
          publisher.stop();
          return null;
        });
    disk.allowed.release(MANY);
    awaitCalls();
    assertThat(disk.durable).isEqualTo(2L * HALF);
  }

  @Test
  void theResultOfAnFsyncThatHangsIsUnknownAndTheNextCallsSucceed() throws Exception {
    publisher = publisher(Duration.ofMillis(50));
    publisher.start();
    assertThatThrownBy(this::write)
        .isInstanceOf(OutcomeUnknownException.class)
        .hasMessageContaining("in time");
    assertThatThrownBy(() -> publisher.await(disk.look(publisher), false))
        .isInstanceOf(StorageFailedException.class)
        .hasMessageContaining("in time");
    disk.allowed.release(MANY);
    publisher.flush();
    write();
    assertThat(disk.commits).contains(2L);
  }

  @Test
  void theMarkOfAnFsyncEndsAfterItsResultIsRecorded() {
    publisher.start();
    disk.allowed.release();
    write();
    assertThat(disk.events).containsExactly("begins", "fsync", "commit", "ended");
    disk.events.clear();
    disk.broken = true;
    disk.allowed.release();
    assertThatThrownBy(this::write).isInstanceOf(OutcomeUnknownException.class);
    publisher.stop();
    assertThat(disk.events).containsExactly("begins", "fsync", "failed", "ended");
  }
}

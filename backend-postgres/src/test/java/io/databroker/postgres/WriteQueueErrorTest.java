package io.databroker.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.databroker.api.Bytes;
import io.databroker.api.OutcomeUnknownException;
import io.databroker.api.PutResult;
import io.databroker.api.UnavailableException;
import io.databroker.api.Write;
import io.databroker.api.support.WriteBatch;
import java.time.Duration;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Errors in the turn of one caller: each call of the others ends, and later ones succeed. */
class WriteQueueErrorTest {
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<Integer> groups = Collections.synchronizedList(new ArrayList<>());
  private final CountDownLatch writing = new CountDownLatch(1);
  private final CountDownLatch goOn = new CountDownLatch(1);
  private final AtomicReference<Error> ofClock = new AtomicReference<>();
  private final AtomicReference<Error> ofGroups = new AtomicReference<>();
  private final WriteQueue queue = new WriteQueue(this::write, this::nanoTime);

  private final Error error = new OutOfMemoryError("expected");

  private volatile Runnable signals = () -> {};
  private volatile boolean leavesOut;

  /** Answers that the writer forgets at the end of a group. */
  private volatile int forgotten;

  @AfterEach
  void endThreads() {
    threads.shutdownNow();
  }

  private static void throwOnce(AtomicReference<Error> given) {
    Error next = given.getAndSet(null);
    if (next != null) {
      throw next;
    }
  }

  private long nanoTime() {
    throwOnce(ofClock);
    return 0;
  }

  private WriteQueue.Written write(List<WriteBatch> batches, Deadline deadline) {
    groups.add(batches.size());
    writing.countDown();
    try {
      assertThat(goOn.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    if (batches.size() > 1) {
      throwOnce(ofGroups);
    }
    List<GroupWrite.Answer> answers = new ArrayList<>();
    for (WriteBatch batch : batches) {
      PutResult result = new PutResult(batch.writes().size(), List.of());
      answers.add(leavesOut ? GroupWrite.Answer.LEFT_OUT : new GroupWrite.Answer(result, null));
    }
    return new WriteQueue.Written(answers.subList(0, answers.size() - forgotten), signals);
  }

  private PutResult put(int writes) {
    Write write = Write.put("t", "1", Bytes.EMPTY);
    return queue.put(
        WriteBatch.put(Collections.nCopies(writes, write)), Deadline.after(Duration.ofMinutes(1)));
  }

  /** Asserts that a put of another thread succeeds. */
  private void assertThatThePutOfAnotherSucceeds() throws Exception {
    goOn.countDown();
    Future<PutResult> other = threads.submit(() -> put(7));
    assertThat(other.get(10, TimeUnit.SECONDS).serverVersion()).isEqualTo(7);
  }

  /** Starts three puts that become one group when the first one, which is alone, goes on. */
  private List<Future<PutResult>> startGroup() throws Exception {
    List<Future<PutResult>> puts = new ArrayList<>();
    puts.add(threads.submit(() -> put(1)));
    assertThat(writing.await(30, TimeUnit.SECONDS)).isTrue();
    for (int writes = 2; writes < 5; writes++) {
      puts.add(startWaiting(writes));
    }
    return puts;
  }

  private FutureTask<PutResult> startWaiting(int writes) {
    FutureTask<PutResult> put = new FutureTask<>(() -> put(writes));
    Thread thread = new Thread(put, "waiting");
    thread.setDaemon(true);
    thread.start();
    Deadline deadline = Deadline.after(Duration.ofSeconds(30));
    while (thread.getState() != Thread.State.TIMED_WAITING) {
      assertThat(deadline.isOver()).isFalse();
      LockSupport.parkNanos(100_000);
    }
    return put;
  }

  private static Throwable failure(Future<PutResult> put) {
    return Assertions.catchThrowableOfType(
            ExecutionException.class, () -> put.get(10, TimeUnit.SECONDS))
        .getCause();
  }

  @Test
  void anErrorBeforeTheWriteStopsNoOtherPut() throws Exception {
    ofClock.set(new StackOverflowError("expected"));
    assertThat(failure(threads.submit(() -> put(1))))
        .isInstanceOf(UnavailableException.class)
        .hasCauseInstanceOf(StackOverflowError.class);
    assertThatThePutOfAnotherSucceeds();
    assertThat(groups).containsExactly(1);
  }

  @Test
  void anErrorBeforeTheWriteOfAGroupStopsNoOtherPut() throws Exception {
    List<Future<PutResult>> puts = startGroup();
    signals = () -> ofClock.set(new StackOverflowError("expected"));
    goOn.countDown();
    int done = 0;
    for (Future<PutResult> put : puts) {
      try {
        put.get(10, TimeUnit.SECONDS);
        done++;
      } catch (ExecutionException e) {
        assertThat(e).hasCauseInstanceOf(UnavailableException.class);
      }
    }
    assertThat(done).isPositive();
    signals = () -> {};
    ofClock.set(null);
    assertThatThePutOfAnotherSucceeds();
  }

  @Test
  void aBatchThatCannotBeReadStopsNoOtherPut() throws Exception {
    List<Write> unreadable =
        new AbstractList<>() {
          @Override
          public Write get(int index) {
            throw error;
          }

          @Override
          public int size() {
            throw error;
          }
        };
    Deadline deadline = Deadline.after(Duration.ofMinutes(1));
    assertThatThrownBy(() -> queue.put(WriteBatch.put(unreadable), deadline)).isNotNull();
    assertThatThePutOfAnotherSucceeds();
  }

  @Test
  void anErrorOfTheWriterLeavesTheOutcomeOfItsGroupUnknown() throws Exception {
    List<Future<PutResult>> puts = startGroup();
    ofGroups.set(error);
    goOn.countDown();
    assertThat(puts.get(0).get(10, TimeUnit.SECONDS).serverVersion()).isEqualTo(1);
    List<Throwable> failures = new ArrayList<>();
    for (Future<PutResult> put : puts.subList(1, 4)) {
      failures.add(failure(put));
    }
    assertThat(failures)
        .doesNotHaveDuplicates()
        .allSatisfy(
            failure ->
                assertThat(failure)
                    .isInstanceOf(OutcomeUnknownException.class)
                    .hasCause(error)
                    .hasMessageContaining("OutOfMemoryError: expected"));
    assertThatThePutOfAnotherSucceeds();
    assertThat(groups).as("no batch is written twice").containsExactly(1, 3, 1);
  }

  @Test
  void aBatchWithoutAnAnswerHasAnUnknownOutcome() throws Exception {
    List<Future<PutResult>> puts = startGroup();
    forgotten = 1;
    goOn.countDown();
    assertThat(failure(puts.get(0))).isInstanceOf(OutcomeUnknownException.class);
    for (int i : new int[] {1, 2}) {
      assertThat(puts.get(i).get(10, TimeUnit.SECONDS).serverVersion()).isEqualTo(i + 1);
    }
    assertThat(failure(puts.get(3))).isInstanceOf(OutcomeUnknownException.class);
    forgotten = 0;
    assertThatThePutOfAnotherSucceeds();
  }

  @Test
  void aBatchThatIsLeftOutOfItsOwnTransactionHasAnUnknownOutcome() throws Exception {
    List<Future<PutResult>> puts = startGroup();
    leavesOut = true;
    goOn.countDown();
    for (Future<PutResult> put : puts) {
      assertThat(failure(put)).isInstanceOf(OutcomeUnknownException.class);
    }
    assertThat(groups).containsExactly(1, 3, 1, 1, 1);
    leavesOut = false;
    assertThatThePutOfAnotherSucceeds();
  }

  @Test
  void anErrorAfterTheCommitReachesItsCallerAsAnErrorOfTheContract() throws Exception {
    signals =
        () -> {
          throw error;
        };
    goOn.countDown();
    assertThatThrownBy(() -> put(1)).isInstanceOf(OutcomeUnknownException.class).hasCause(error);
    signals = () -> {};
    assertThatThePutOfAnotherSucceeds();
  }
}

package io.databroker.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.databroker.api.Bytes;
import io.databroker.api.DatabrokerException;
import io.databroker.api.OutcomeUnknownException;
import io.databroker.api.PutResult;
import io.databroker.api.StorageFailedException;
import io.databroker.api.StorageFullException;
import io.databroker.api.UnavailableException;
import io.databroker.api.Write;
import io.databroker.api.support.WriteBatch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Batches written in one transaction, and the answer to each caller. */
class WriteQueueTest {
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<Integer> groups = Collections.synchronizedList(new ArrayList<>());
  private final List<Duration> times = Collections.synchronizedList(new ArrayList<>());
  private final CountDownLatch writing = new CountDownLatch(1);
  private final CountDownLatch goOn = new CountDownLatch(1);
  private final AtomicLong nanoTime = new AtomicLong(-1); // which may be negative
  private final WriteQueue queue = new WriteQueue(this::write, nanoTime::get);

  /** The time of a commit; the clock stands still otherwise. */
  private volatile long commit;

  private volatile @Nullable DatabrokerException failing;

  private volatile Runnable signals = () -> {};

  /** Size of the batches that are left out of a group of several. */
  private volatile int unfit;

  @AfterEach
  void endThreads() {
    threads.shutdownNow();
  }

  private WriteQueue.Written write(List<WriteBatch> batches, Deadline deadline) {
    groups.add(batches.size());
    times.add(Duration.ofNanos(deadline.left()));
    writing.countDown();
    try {
      assertThat(goOn.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    nanoTime.addAndGet(commit);
    if (failing != null) {
      throw failing;
    }
    List<GroupWrite.Answer> answers =
        batches.stream().map(batch -> answer(batch, batches.size())).toList();
    return new WriteQueue.Written(answers, signals);
  }

  private GroupWrite.Answer answer(WriteBatch batch, int group) {
    int size = batch.writes().size();
    return group > 1 && size == unfit
        ? GroupWrite.Answer.LEFT_OUT
        : new GroupWrite.Answer(new PutResult(size, List.of()), null);
  }

  private static WriteBatch batch(int writes) {
    return WriteBatch.put(Collections.nCopies(writes, Write.put("t", "1", Bytes.EMPTY)));
  }

  private PutResult put(int writes, Duration time) {
    return queue.put(batch(writes), Deadline.after(time));
  }

  /** Starts a put, and returns when its thread waits. */
  private FutureTask<PutResult> waiting(int writes, Duration time) {
    FutureTask<PutResult> put = new FutureTask<>(() -> put(writes, time));
    Thread thread = new Thread(put, "waiting");
    thread.setDaemon(true);
    thread.start();
    Deadline deadline = Deadline.after(Duration.ofSeconds(30));
    while (thread.getState() != Thread.State.TIMED_WAITING && !put.isDone()) {
      assertThat(deadline.isOver()).isFalse();
      LockSupport.parkNanos(100_000);
    }
    return put;
  }

  private Future<PutResult> leader() throws InterruptedException {
    Future<PutResult> leader = threads.submit(() -> put(1, Duration.ofSeconds(30)));
    assertThat(writing.await(30, TimeUnit.SECONDS)).isTrue();
    return leader;
  }

  @Test
  void theFirstWritesAloneAndThoseThatWaitTogether() throws Exception {
    Future<PutResult> leader = leader();
    List<FutureTask<PutResult>> others = new ArrayList<>();
    for (int i = 2; i < 7; i++) {
      others.add(waiting(i, Duration.ofSeconds(30)));
    }
    goOn.countDown();
    assertThat(leader.get().serverVersion()).isEqualTo(1);
    for (int i = 0; i < others.size(); i++) {
      assertThat(others.get(i).get().serverVersion()).isEqualTo(i + 2);
    }
    assertThat(groups).containsExactly(1, 5);
  }

  @Test
  void theNextTransactionWaitsForTheCallersOfTheLastOne() throws Exception {
    commit = TimeUnit.SECONDS.toNanos(1);
    Future<PutResult> leader = leader();
    FutureTask<PutResult> two = waiting(2, Duration.ofSeconds(30));
    FutureTask<PutResult> three = waiting(3, Duration.ofSeconds(30));
    goOn.countDown();
    leader.get();
    assertThat(put(4, Duration.ofSeconds(30)).serverVersion()).isEqualTo(4);
    two.get();
    three.get();
    assertThat(groups).containsExactly(1, 3);
  }

  @Test
  void aWaitForCallersThatDoNotComeEnds() throws Exception {
    commit = TimeUnit.SECONDS.toNanos(1);
    Future<PutResult> leader = leader();
    FutureTask<PutResult> two = waiting(2, Duration.ofSeconds(30));
    FutureTask<PutResult> three = waiting(3, Duration.ofSeconds(30));
    goOn.countDown();
    leader.get();
    nanoTime.addAndGet(TimeUnit.MILLISECONDS.toNanos(2));
    two.get();
    three.get();
    assertThat(groups).containsExactly(1, 2);
  }

  @Test
  void aCallerThatIsAloneWaitsForNobody() throws Exception {
    commit = TimeUnit.SECONDS.toNanos(1);
    goOn.countDown();
    for (int size = 1; size <= 3; size++) {
      int writes = size;
      Future<PutResult> put = threads.submit(() -> put(writes, Duration.ofSeconds(30)));
      assertThat(put.get(30, TimeUnit.SECONDS).serverVersion()).isEqualTo(size);
    }
    assertThat(groups).containsExactly(1, 1, 1);
  }

  @Test
  void aGroupHoldsNoMoreThanItMay() throws Exception {
    Future<PutResult> leader = leader();
    FutureTask<PutResult> large = waiting(9_999, Duration.ofSeconds(30));
    FutureTask<PutResult> fits = waiting(1, Duration.ofSeconds(30));
    FutureTask<PutResult> later = waiting(1, Duration.ofSeconds(30));
    goOn.countDown();
    leader.get();
    assertThat(large.get().serverVersion()).isEqualTo(9_999);
    fits.get();
    later.get();
    assertThat(groups).containsExactly(1, 2, 1);
  }

  @Test
  void aCallerWhoseTimeIsNearlyOverDoesNotEndTheCallsOfOthers() throws Exception {
    Future<PutResult> leader = leader();
    FutureTask<PutResult> late = waiting(1, Duration.ofSeconds(100));
    FutureTask<PutResult> alsoLate = waiting(1, Duration.ofSeconds(110));
    FutureTask<PutResult> fresh = waiting(1, Duration.ofHours(1));
    goOn.countDown();
    leader.get();
    late.get();
    alsoLate.get();
    fresh.get();
    assertThat(groups).containsExactly(1, 2, 1);
    assertThat(times.get(2)).isGreaterThan(Duration.ofMinutes(30));
  }

  @Test
  void aBatchThatIsLeftOutOfItsGroupIsWrittenAlone() throws Exception {
    unfit = 3;
    Future<PutResult> leader = leader();
    List<FutureTask<PutResult>> others = new ArrayList<>();
    for (int size : new int[] {3, 2, 3, 4}) {
      others.add(waiting(size, Duration.ofSeconds(30)));
    }
    goOn.countDown();
    leader.get();
    for (FutureTask<PutResult> each : others) {
      assertThat(each.get(30, TimeUnit.SECONDS).serverVersion()).isBetween(2L, 4L);
    }
    assertThat(groups).containsExactly(1, 4, 1, 1);
  }

  @Test
  void aSignalOfAWriteMayWaitForTheWriteOfAnotherThread() throws Exception {
    goOn.countDown();
    List<Integer> answered = Collections.synchronizedList(new ArrayList<>());
    signals =
        () -> {
          signals = () -> {};
          Future<PutResult> other = threads.submit(() -> put(2, Duration.ofSeconds(30)));
          try {
            answered.add((int) other.get(10, TimeUnit.SECONDS).serverVersion());
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        };
    assertThat(put(1, Duration.ofSeconds(30)).serverVersion()).isEqualTo(1);
    assertThat(answered).containsExactly(2);
  }

  @Test
  void aFailureIsToldToAllOfItsGroup() throws Exception {
    Future<PutResult> leader = leader();
    FutureTask<PutResult> one = waiting(1, Duration.ofSeconds(30));
    FutureTask<PutResult> two = waiting(1, Duration.ofSeconds(30));
    failing = new UnavailableException("gone", null);
    goOn.countDown();
    for (Future<PutResult> each : List.of(leader, one, two)) {
      assertThatThrownBy(each::get).hasCauseInstanceOf(UnavailableException.class);
    }
    assertThat(groups).containsExactly(1, 2);
  }

  /** A caller may add another failure to its own, or look for itself in the stack trace. */
  @ParameterizedTest
  @MethodSource("failures")
  void eachCallerOfAGroupThatFailsHasItsOwnException(DatabrokerException failure) throws Exception {
    Future<PutResult> leader = leader();
    FutureTask<PutResult> one = waiting(1, Duration.ofSeconds(30));
    FutureTask<PutResult> two = waiting(1, Duration.ofSeconds(30));
    failing = failure;
    goOn.countDown();
    assertThatThrownBy(leader::get).cause().isSameAs(failure);
    Throwable first = catchThrowable(one::get).getCause();
    Throwable second = catchThrowable(two::get).getCause();
    assertThat(List.of(first, second))
        .as("the writer of the group has the first")
        .contains(failure);
    Throwable copy = first == failure ? second : first;
    assertThat(copy)
        .isNotSameAs(failure)
        .hasSameClassAs(failure)
        .hasMessage(failure.getMessage())
        .hasCause(failure);
    assertThat(((DatabrokerException) copy).id()).isEqualTo(failure.id());
    first.addSuppressed(second);
  }

  private static List<DatabrokerException> failures() {
    return List.of(
        new UnavailableException("gone", null),
        new OutcomeUnknownException("gone at the commit", null),
        new StorageFullException("full; free some", null),
        new StorageFailedException("broken; mend it", null));
  }

  @Test
  void whoseTimeIsOverLeavesTheQueue() throws Exception {
    Future<PutResult> leader = leader();
    FutureTask<PutResult> hasty = waiting(1, Duration.ofMillis(5));
    assertThatThrownBy(() -> hasty.get(30, TimeUnit.SECONDS))
        .hasCauseInstanceOf(UnavailableException.class);
    goOn.countDown();
    leader.get();
    assertThat(groups).containsExactly(1);
  }

  @Test
  void anInterruptEndsTheWaitAndStaysSet() throws Exception {
    Future<PutResult> leader = leader();
    CountDownLatch told = new CountDownLatch(1);
    boolean[] interrupted = new boolean[1];
    Thread waiting =
        new Thread(
            () -> {
              try {
                put(1, Duration.ofSeconds(30));
              } catch (UnavailableException expected) {
                interrupted[0] = Thread.currentThread().isInterrupted();
                told.countDown();
              }
            });
    waiting.start();
    waiting.interrupt();
    assertThat(told.await(30, TimeUnit.SECONDS)).isTrue();
    assertThat(interrupted[0]).isTrue();
    goOn.countDown();
    leader.get();
  }
}

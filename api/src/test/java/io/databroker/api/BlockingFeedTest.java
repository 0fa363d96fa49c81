package io.databroker.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BlockingFeedTest {
  private static final Changes CHANGES = new Changes(List.of(), new Position(1, 1));

  /** Feed that delivers one answer, when the test sets it. */
  private static final class OneFeed implements ChangeFeed {
    final CountDownLatch waiting = new CountDownLatch(1);
    final AtomicReference<@Nullable Changes> next = new AtomicReference<>();
    volatile Runnable signal = () -> {};
    volatile boolean closed;

    @Override
    public @Nullable Changes poll() {
      if (closed) {
        throw new ClosedException("feed");
      }
      return next.getAndSet(null);
    }

    @Override
    public void onReady(Runnable ready) {
      signal = ready;
      waiting.countDown();
    }

    @Override
    public void close() {
      closed = true;
      signal.run();
    }
  }

  private final OneFeed feed = new OneFeed();
  private final BlockingFeed blocking = new BlockingFeed(feed);

  private CompletableFuture<Changes> waiter() throws InterruptedException {
    CompletableFuture<Changes> answer = new CompletableFuture<>();
    new Thread(
            () -> {
              try {
                answer.complete(blocking.next());
              } catch (Throwable thrown) {
                answer.completeExceptionally(thrown);
              }
            })
        .start();
    assertThat(feed.waiting.await(30, TimeUnit.SECONDS)).isTrue();
    return answer;
  }

  @Test
  void aSignalWakesAndOneWithoutNeedDoesNot() throws Exception {
    CompletableFuture<Changes> answer = waiter();
    feed.signal.run();
    feed.next.set(CHANGES);
    feed.signal.run();
    assertThat(answer.get(30, TimeUnit.SECONDS)).isSameAs(CHANGES);
  }

  @Test
  void closingWakes() throws Exception {
    CompletableFuture<Changes> answer = waiter();
    blocking.close();
    assertThatThrownBy(() -> answer.get(30, TimeUnit.SECONDS))
        .hasCauseInstanceOf(ClosedException.class);
  }

  @Test
  void timeRunsOut() throws Exception {
    assertThat(blocking.next(Duration.ZERO)).isNull();
    assertThat(blocking.next(Duration.ofMillis(1))).isNull();
    feed.next.set(CHANGES);
    assertThat(blocking.next(Duration.ZERO)).isSameAs(CHANGES);
    assertThatThrownBy(() -> blocking.next(Duration.ofNanos(-1)))
        .isInstanceOf(InvalidArgumentException.class);
  }

  @Test
  void anInterruptSkipsNothing() throws Exception {
    Thread.currentThread().interrupt();
    assertThatThrownBy(blocking::next).isInstanceOf(InterruptedException.class);
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> blocking.next(Duration.ofSeconds(30)))
        .isInstanceOf(InterruptedException.class);
    feed.next.set(CHANGES);
    assertThat(blocking.next()).isSameAs(CHANGES);
  }

  /** The default notifier is the common pool, on whose threads a host may also wait for feeds. */
  @Test
  void waitingOnAllThreadsOfTheNotifierDoesNotKeepTheSignalAway() throws Exception {
    ForkJoinPool pool = new ForkJoinPool(1);
    try {
      ForkJoinTask<Changes> forever = pool.submit(() -> blocking.next());
      assertThat(feed.waiting.await(30, TimeUnit.SECONDS)).isTrue();
      OneFeed second = new OneFeed();
      ForkJoinTask<Changes> limited =
          pool.submit(() -> new BlockingFeed(second).next(Duration.ofMinutes(5)));
      assertThat(second.waiting.await(10, TimeUnit.SECONDS)).isTrue();
      feed.next.set(CHANGES);
      pool.execute(feed.signal);
      assertThat(forever.get(10, TimeUnit.SECONDS)).isSameAs(CHANGES);
      second.next.set(CHANGES);
      pool.execute(second.signal);
      assertThat(limited.get(10, TimeUnit.SECONDS)).isSameAs(CHANGES);
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void foreverIsNotTooLong() throws Exception {
    Thread writer =
        new Thread(
            () -> {
              try {
                feed.waiting.await();
                feed.next.set(CHANGES);
                feed.signal.run();
              } catch (InterruptedException stopped) {
                // The test has ended.
              }
            });
    writer.start();
    try {
      assertThat(blocking.next(Duration.ofSeconds(Long.MAX_VALUE))).isSameAs(CHANGES);
    } finally {
      writer.interrupt();
    }
  }
}

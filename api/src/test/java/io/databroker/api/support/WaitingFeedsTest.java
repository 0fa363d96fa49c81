package io.databroker.api.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.databroker.api.ChangeFeed;
import io.databroker.api.ClosedException;
import io.databroker.api.HistoryReplacedException;
import io.databroker.api.HistoryTrimmedException;
import io.databroker.api.StorageFailedException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class WaitingFeedsTest {
  private final Queue<Runnable> tasks = new ArrayDeque<>();
  private final AtomicInteger signals = new AtomicInteger();
  private final ToyHistory history = new ToyHistory(tasks::add, 100);

  private void runTasks() {
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      task.run();
    }
  }

  private ChangeFeed waiting(ToyHistory on, String type) {
    ChangeFeed feed = on.feed(type);
    assertThat(feed.poll()).isNull();
    feed.onReady(signals::incrementAndGet);
    return feed;
  }

  @Test
  void aWriteSignalsFeedsOfItsTypeAndOfAllTypesOnce() {
    ChangeFeed all = waiting(history, null);
    ChangeFeed typed = waiting(history, "t");
    waiting(history, "other");
    history.put("t");
    history.put("t");
    runTasks();
    assertThat(signals).hasValue(2);
    assertThat(all.poll().position().version()).isEqualTo(1);
    assertThat(typed.poll().records()).hasSize(1);
  }

  @Test
  void onReadySignalsAtOnceWhereThereIsSomethingToDeliver() {
    ChangeFeed feed = history.feed("t");
    history.put("t");
    feed.onReady(signals::incrementAndGet);
    runTasks();
    assertThat(signals).hasValue(1);
  }

  @Test
  void aChangeOfAnotherTypeIsNothingToDeliver() {
    ChangeFeed feed = history.feed("t");
    history.put("other");
    feed.onReady(signals::incrementAndGet);
    runTasks();
    assertThat(signals).hasValue(0);
  }

  @Test
  void aSecondSignalReplacesTheFirst() {
    ChangeFeed feed = history.feed("t");
    feed.onReady(() -> signals.addAndGet(100));
    feed.onReady(signals::incrementAndGet);
    history.put("t");
    runTasks();
    assertThat(signals).hasValue(1);
  }

  @Test
  void onReadyTwiceWithoutAPollSignalsTwice() {
    ChangeFeed feed = waiting(history, "t");
    history.put("t");
    runTasks();
    feed.onReady(signals::incrementAndGet);
    runTasks();
    assertThat(signals).hasValue(2);
  }

  @Test
  void aWriteBetweenRegisteringAndLookingSignals() {
    ChangeFeed feed = history.feed("t");
    history.whenRead =
        () -> {
          history.whenRead = () -> {};
          history.put("t");
        };
    feed.onReady(signals::incrementAndGet);
    runTasks();
    assertThat(signals).hasValue(1);
  }

  @Test
  void aTrimMovesWaitingFeedsOfQuietTypes() {
    ChangeFeed quiet = waiting(history, "quiet");
    history.put("busy");
    history.trim();
    runTasks();
    assertThat(signals).hasValue(1);
    assertThat(quiet.poll().isBookmark()).isTrue();
    assertThat(quiet.poll()).isNull();
  }

  @Test
  void aTrimOfChangesThatAWaitingFeedShouldDeliverIsReported() {
    ChangeFeed feed = waiting(history, "t");
    history.put("t");
    history.put("busy");
    history.trim();
    runTasks();
    assertThat(signals).hasValue(1);
    assertThatThrownBy(feed::poll).isInstanceOf(HistoryTrimmedException.class);
    assertThatThrownBy(feed::poll).isInstanceOf(HistoryTrimmedException.class);
  }

  @Test
  void aTrimDoesNotMoveAFeedThatDoesNotWait() {
    ChangeFeed feed = history.feed("quiet");
    assertThat(feed.poll()).isNull();
    history.put("busy");
    history.trim();
    feed.onReady(signals::incrementAndGet);
    runTasks();
    assertThat(signals).hasValue(1);
    assertThatThrownBy(feed::poll).isInstanceOf(HistoryTrimmedException.class);
  }

  @Test
  void severalTrimsBeforeTheSignalRunsMoveTheFeedEachTime() {
    ChangeFeed quiet = waiting(history, "quiet");
    for (int i = 0; i < 3; i++) {
      history.put("busy");
      history.trim();
    }
    runTasks();
    assertThat(quiet.poll().position()).isEqualTo(history.versions().end());
  }

  @Test
  void aTrimAfterTheSignalRanOvertakesTheBookmarkThatIsDue() {
    ChangeFeed quiet = waiting(history, "quiet");
    history.put("busy");
    history.trim();
    runTasks();
    history.put("busy");
    history.trim();
    assertThatThrownBy(quiet::poll).isInstanceOf(HistoryTrimmedException.class);
  }

  /** The feed keeps its position, no matter at which point of onReady a whole trim runs. */
  @Test
  void aTrimWithinOnReadyDoesNotLeaveTheFeedBehind() {
    for (int at = 0; at < 3; at++) {
      history.put("busy");
      ChangeFeed quiet = history.feed("quiet");
      history.put("busy");
      assertThat(quiet.poll().isBookmark()).isTrue();
      assertThat(quiet.poll()).isNull();
      history.put("busy");
      AtomicInteger reads = new AtomicInteger(at);
      history.whenRead =
          () -> {
            if (reads.getAndDecrement() == 0) {
              history.whenRead = () -> {};
              history.trim();
            }
          };
      quiet.onReady(signals::incrementAndGet);
      history.whenRead = () -> {};
      history.put("busy");
      runTasks();
      while (quiet.poll() != null) {}
      assertThat(quiet.poll()).isNull();
    }
  }

  @Test
  void clearAndCloseSignalAndEndEveryFeed() {
    List<ChangeFeed> feeds =
        new ArrayList<>(List.of(waiting(history, null), waiting(history, "t")));
    history.put("busy");
    history.trim(); // a move is pending: the end of the history comes first
    runTasks();
    signals.set(0);
    feeds.forEach(feed -> feed.onReady(signals::incrementAndGet));
    history.clear();
    runTasks();
    assertThat(signals).hasValue(2);
    for (ChangeFeed feed : feeds) {
      assertThatThrownBy(feed::poll).isInstanceOf(HistoryReplacedException.class);
      feed.onReady(signals::incrementAndGet);
    }
    runTasks();
    assertThat(signals).hasValue(4);
    ChangeFeed later = waiting(history, "t");
    history.close();
    runTasks();
    assertThat(signals).hasValue(5);
    assertThatThrownBy(later::poll).isInstanceOf(ClosedException.class);
    later.onReady(signals::incrementAndGet);
    runTasks();
    assertThat(signals).hasValue(6);
  }

  @Test
  void closingAFeedRunsItsSignalAndForgetsIt() {
    ChangeFeed feed = waiting(history, "t");
    feed.close();
    assertThat(history.feeds.mayWait()).isFalse();
    runTasks();
    assertThat(signals).hasValue(1);
    assertThatThrownBy(feed::poll).isInstanceOf(ClosedException.class);
    feed.close();
    feed.onReady(signals::incrementAndGet);
    runTasks();
    assertThat(signals).hasValue(2);
    assertThat(history.feeds.mayWait()).isFalse();
  }

  static List<Executor> failingNotifiers() {
    return List.of(
        task -> {
          throw new RejectedExecutionException("planted");
        },
        task -> {
          throw new OutOfMemoryError("planted");
        },
        task -> {
          task.run();
          throw new IllegalStateException("planted, after it ran the task");
        },
        Runnable::run);
  }

  @ParameterizedTest
  @MethodSource("failingNotifiers")
  void noNotifierFailsAWriteOrLosesASignal(Executor notifier) {
    ToyHistory other = new ToyHistory(notifier, 10);
    waiting(other, null);
    ChangeFeed typed = waiting(other, "t");
    assertThatCode(() -> other.put("t")).doesNotThrowAnyException();
    assertThat(signals).hasValue(2);
    typed.poll();
    typed.onReady(signals::incrementAndGet);
    assertThatCode(typed::close).doesNotThrowAnyException();
    assertThat(signals).hasValue(3);
    waiting(other, "u");
    assertThatCode(other::trim).doesNotThrowAnyException();
    assertThat(signals)
        .hasValue(3); // the feed is at the end of the history, so the trim does not affect it
    assertThatCode(other::close).doesNotThrowAnyException();
    assertThat(signals).hasValue(4);
  }

  @Test
  void aSignalThatThrowsDoesNotStopTheOthers() {
    List<Throwable> reported = new ArrayList<>();
    Thread.UncaughtExceptionHandler usual = Thread.currentThread().getUncaughtExceptionHandler();
    Thread.currentThread().setUncaughtExceptionHandler((thread, failure) -> reported.add(failure));
    try {
      for (int i = 0; i < 4; i++) {
        history
            .feed("t")
            .onReady(
                () -> {
                  signals.incrementAndGet();
                  throw new AssertionError("planted");
                });
      }
      history.put("t");
      runTasks();
    } finally {
      Thread.currentThread().setUncaughtExceptionHandler(usual);
    }
    assertThat(signals).hasValue(4);
    assertThat(reported).hasSize(4);
  }

  @Test
  void aWriteHandsOverOneTaskForAllFeedsOfATypeAndNoneForOtherTypes() {
    for (int i = 0; i < 1_000; i++) {
      waiting(history, "t" + i % 10);
    }
    history.put("busy");
    assertThat(tasks).isEmpty();
    history.put("t3");
    history.put("t3");
    assertThat(tasks).hasSize(1);
    runTasks();
    assertThat(signals).hasValue(100);
  }

  @Test
  void aFeedThatWaitsAgainWithinItsSignalIsNotSignalledForEver() {
    ChangeFeed feed = history.feed("t");
    feed.onReady(
        new Runnable() {
          @Override
          public void run() {
            if (signals.incrementAndGet() < 10) {
              while (feed.poll() != null) {}
              feed.onReady(this);
            }
          }
        });
    history.put("t");
    runTasks();
    assertThat(signals).hasValue(1);
  }

  @Test
  void aSourceThatLosesChangesIsReportedAndDoesNotHang() {
    WaitingFeeds feeds = new WaitingFeeds(tasks::add);
    ChangeFeed feed = feeds.open(history.versions().end(), null, new LostChanges(history));
    history.put("t");
    assertThatThrownBy(feed::poll)
        .isInstanceOf(StorageFailedException.class)
        .hasMessageContaining("version 1");
  }

  private record LostChanges(ToyHistory history) implements FeedSource {
    @Override
    public io.databroker.api.Versions versions() {
      return history.versions();
    }

    @Override
    public io.databroker.api.Changes next(long after, long latest) {
      return null;
    }

    @Override
    public boolean holds(long after, long through) {
      return true;
    }
  }
}

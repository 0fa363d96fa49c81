package io.databroker.tck.chapters;

import static org.junit.jupiter.api.Assertions.fail;

import io.databroker.api.Backend;
import io.databroker.api.ChangeFeed;
import io.databroker.api.ClosedException;
import io.databroker.api.HistoryReplacedException;
import io.databroker.api.HistoryTrimmedException;
import io.databroker.api.TypeOptions;
import io.databroker.tck.engine.KitThreads;
import io.databroker.tck.engine.RunningTime;
import io.databroker.tck.text.Texts;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Signal that waits, for a limited time, for calls that another thread makes meanwhile. */
final class WaitingSignal implements Runnable {
  private static final int FRAMES = 12;

  /** One call of the other thread. */
  record Beside(String name, Runnable call) {}

  private final List<Beside> calls;
  private final Duration longest;
  private final AtomicBoolean isRun = new AtomicBoolean();
  private final CountDownLatch begun = new CountDownLatch(1);
  private final CountDownLatch ended = new CountDownLatch(1);

  /** Opens when the other thread makes no further call. */
  private final CountDownLatch made = new CountDownLatch(1);

  private volatile @Nullable Beside running;
  private volatile boolean givenUp;

  /** The call that did not return in time, with its stack. */
  private volatile @Nullable String stuck;

  private volatile @Nullable Throwable failure;

  /**
   * Creates the signal.
   *
   * @param longest how long the signal waits for all the calls
   */
  WaitingSignal(List<Beside> calls, Duration longest) {
    this.calls = calls;
    this.longest = longest;
  }

  /**
   * Returns calls that need different locks, and change nothing that the test works with.
   *
   * @param reader a feed that nothing else uses
   */
  static List<Beside> callsOf(Backend backend, ChangeFeed reader) {
    return List.of(
        new Beside("get", () -> backend.get("t", "1")),
        new Beside("listTypes", backend::listTypes),
        new Beside("put", () -> backend.put(List.of(Chapter.write("beside", "1", "")))),
        new Beside("the poll of another feed", reader::poll),
        new Beside(
            "setOptions", () -> backend.setOptions("beside", TypeOptions.NONE.withCapacity(1_000))),
        new Beside("expire", backend::expire),
        new Beside("trim", () -> backend.trim(Instant.EPOCH)),
        new Beside("acquireLease", () -> backend.acquireLease("beside", Duration.ofHours(1))));
  }

  @Override
  public void run() {
    if (!isRun.compareAndSet(false, true)) {
      return; // other rules judge how often it runs
    }
    begun.countDown();
    Thread other = KitThreads.start("beside-a-signal", this::makeCalls);
    try {
      if (!RunningTime.await(made, longest)) {
        Beside late = running;
        givenUp = true;
        stuck = late == null ? null : late.name + ", which waits here:\n" + stackOf(other);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      givenUp = true;
    } finally {
      ended.countDown();
    }
  }

  private static String stackOf(Thread thread) {
    return Stream.of(thread.getStackTrace())
        .limit(FRAMES)
        .map(frame -> "    " + frame)
        .collect(Collectors.joining("\n"));
  }

  private void makeCalls() {
    try {
      for (Beside each : calls) {
        if (givenUp) {
          return;
        }
        running = each;
        make(each);
      }
    } catch (RuntimeException | Error failed) {
      failure = failed;
    } finally {
      running = null;
      made.countDown();
    }
  }

  private static void make(Beside beside) {
    try {
      beside.call.run();
    } catch (ClosedException | HistoryReplacedException | HistoryTrimmedException ended) {
      // The cause of the signal ended the backend, or the history that the feed reads.
    }
  }

  /** Fails if a call had to wait for the signal. Other rules judge whether it runs at all. */
  void judge(String cause, Duration patience) {
    if (!happens(begun, patience)) {
      return;
    }
    happens(ended, longest.plus(patience));
    happens(made, patience); // after a failure, too: the thread is not left to the next test
    String late = stuck;
    if (late != null) {
      fail(
          Texts.format(
              "the signal of %s waited %s seconds in vain for a call of another thread: %s\n"
                  + "Release all locks before you hand a signal to the notifier.",
              cause, longest.toMillis() / 1000.0, late));
    }
    Throwable failed = failure;
    if (failed != null) {
      fail("a call failed while the signal of " + cause + " ran: " + failed, failed);
    }
  }

  private static boolean happens(CountDownLatch latch, Duration longest) {
    try {
      return RunningTime.await(latch, longest);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}

package io.databroker.tck.chapters;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import io.databroker.api.Backend;
import io.databroker.api.ChangeFeed;
import io.databroker.tck.contract.Rule;
import io.databroker.tck.engine.DeliberateFailure;
import io.databroker.tck.engine.Garbage;
import io.databroker.tck.engine.InconclusiveException;
import io.databroker.tck.engine.KitThreads;
import io.databroker.tck.engine.RunningTime;
import io.databroker.tck.engine.Signal;
import io.databroker.tck.races.ClosingMeetings;
import io.databroker.tck.races.Encounters;
import io.databroker.tck.text.Texts;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Signals that fail or wait, notifiers that fail, and many concurrent signals.
 *
 * <p><b>Thread-safety:</b> none; JUnit uses each instance on one thread.
 */
abstract class SignalRules extends Chapter {
  private static final int MANY = 1_100;
  private static final int FEW = 12;
  private static final int SIGNALS = 60;

  private static final Duration LONGEST = Duration.ofMinutes(1);

  /** The encounters here take half of a share of the budget. */
  private static final int PARTS = 4;

  SignalRules() {}

  private Backend open(Executor notifier) {
    return bench.open(1, bench.context().withNotifier(notifier));
  }

  /** Runs work on a thread whose uncaught exceptions are expected. */
  private static void quietly(Runnable work) {
    Thread thread = new KitThreads("signals").newThread(work);
    thread.setUncaughtExceptionHandler((any, failure) -> {});
    thread.start();
  }

  @Test
  @Rule("FEED-8")
  void eachOfHundredsOfWaitersIsSignalled() {
    List<ChangeFeed> feeds = new ArrayList<>();
    List<Signal> signals = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      ChangeFeed feed = backend().changes(end(), i % 2 == 0 ? null : "t" + i % 4);
      feeds.add(feed);
      signals.add(waitOn(feed));
    }
    put(write("t1", "1", ""), write("t3", "1", ""));
    for (int i = 0; i < MANY; i++) {
      signals.get(i).await("the signal of waiter " + i + " of " + MANY);
    }
    feeds.forEach(ChangeFeed::close);
  }

  /** Notes which thread runs a signal. */
  private final class Trace implements Runnable {
    private final CountDownLatch ran = new CountDownLatch(1);
    private volatile @Nullable Thread thread;

    @Override
    public void run() {
      thread = Thread.currentThread();
      ran.countDown();
    }

    /** Fails if the signal ran elsewhere. Other rules judge whether it runs at all. */
    void ranOn(Thread notifier, String cause) {
      boolean came = true;
      try {
        came = RunningTime.await(ran, bench.tuning.patience());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      Thread seen = thread;
      if (came && seen != notifier) {
        fail(
            Texts.format(
                "the signal of %s ran on %s, not on the notifier",
                cause, seen == Thread.currentThread() ? "the caller's thread" : seen));
      }
    }
  }

  @Test
  @Rule("FEED-18")
  void aSignalRunsOnTheNotifierWhateverCausesIt() throws InterruptedException {
    BlockingQueue<Runnable> handed = new LinkedBlockingQueue<>();
    Thread notifier = notifier(handed);
    Backend backend = open(handed::add);
    try {
      new SignalCauses(
              this,
              backend,
              (cause, feed, call) -> {
                Trace trace = new Trace();
                feed.onReady(trace);
                call.run();
                trace.ranOn(notifier, cause);
              })
          .tryAll();
    } finally {
      backend.close();
      end(notifier);
    }
  }

  @Test
  @Rule("FEED-18")
  void aSignalMayWaitForCallsOfOtherThreads() {
    // Not watched: a call that runs the signal may take as long as the concurrent calls.
    Backend raw = bench.openUnchecked(1, bench.context().withNotifier(Runnable::run));
    try (ChangeFeed reader = raw.changes(raw.versions().end(), null)) {
      List<WaitingSignal.Beside> calls = WaitingSignal.callsOf(raw, reader);
      calls.forEach(each -> each.call().run()); // the first calls of a backend take longer
      Duration before = timeOf(() -> calls.forEach(each -> each.call().run()));
      Duration patience = bench.tuning.patience();
      Duration longest = patience.plus(before.multipliedBy(SLOWER));
      long start = RunningTime.nanos();
      new SignalCauses(
              this,
              raw,
              (cause, feed, call) -> {
                WaitingSignal signal = new WaitingSignal(calls, longest);
                feed.onReady(signal);
                call.run();
                signal.judge(cause, patience);
                checkHaste(cause, start);
              })
          .tryAll();
    } finally {
      raw.close();
    }
  }

  /** With slower calls, the test would not end in time. */
  private static void checkHaste(String cause, long start) {
    if (RunningTime.nanos() - start > LONGEST.toNanos()) {
      throw new InconclusiveException(
          "after " + LONGEST.toSeconds() + " seconds, the test has only reached " + cause,
          "run it again on a faster machine or engine");
    }
  }

  /** Starts a thread that runs signals; a signal that fails on purpose does not end the thread. */
  private static Thread notifier(BlockingQueue<Runnable> handed) {
    Thread notifier =
        new KitThreads("own-notifier")
            .newThread(
                () -> {
                  while (!Thread.currentThread().isInterrupted()) {
                    try {
                      handed.take().run();
                    } catch (InterruptedException e) {
                      return;
                    } catch (DeliberateFailure e) {
                      // The thread of an executor also survives an exception.
                    }
                  }
                });
    notifier.setUncaughtExceptionHandler((any, failure) -> {});
    notifier.start();
    return notifier;
  }

  private void end(Thread notifier) throws InterruptedException {
    notifier.interrupt();
    notifier.join(bench.tuning.patience().toMillis());
  }

  /**
   * Opens a few feeds; every second one has a signal that fails, so that failing signals run before
   * and after the others.
   */
  private void failing(Backend backend, String what) {
    for (String type : new String[] {null, "t"}) {
      List<ChangeFeed> feeds = new ArrayList<>();
      List<Signal> signals = new ArrayList<>();
      for (int i = 0; i < FEW; i++) {
        ChangeFeed feed = backend.changes(backend.versions().end(), type);
        assertEquals(null, feed.poll());
        Signal signal = new Signal(bench.tuning.patience());
        boolean fails = i % 2 == 0;
        feed.onReady(
            () -> {
              signal.run();
              if (fails) {
                throw new DeliberateFailure("a signal fails on purpose");
              }
            });
        feeds.add(feed);
        signals.add(signal);
      }
      Signal written = new Signal(bench.tuning.patience());
      quietly(
          () -> {
            backend.put(List.of(write("t", "1", "")));
            written.run();
          });
      written.await("the end of a put " + what);
      for (int i = 0; i < FEW; i++) {
        signals.get(i).await("signal " + i + ", " + what);
      }
      quietly(() -> feeds.forEach(ChangeFeed::close));
    }
  }

  @Test
  @Rule({"FEED-18", "FEED-8"})
  void aSignalThatFailsHarmsNoOther() throws InterruptedException {
    BlockingQueue<Runnable> handed = new LinkedBlockingQueue<>();
    Thread notifier = notifier(handed);
    Backend backend = open(handed::add);
    try {
      failing(backend, "while other signals fail");
    } finally {
      backend.close();
      end(notifier);
    }
  }

  @Test
  @Rule({"FEED-18", "FEED-8"})
  void aNotifierThatRunsSignalsInlineOrRejectsThemHarmsNoCall() {
    Backend inline = open(Runnable::run);
    failing(inline, "with a notifier that runs signals inline");
    inline.close();
    Backend rejecting =
        open(
            signal -> {
              throw new RejectedExecutionException("rejected on purpose");
            });
    failing(rejecting, "with a notifier that rejects signals");
    rejecting.close();
  }

  @Test
  @Rule({"FEED-13", "FEED-11"})
  void aSignalThatIsSetBesideTheEndOfItsFeedRuns() throws InterruptedException {
    Duration patience = bench.tuning.patience();
    Encounters encounters = new Encounters(bench);
    encounters.run(
        "FEED-13",
        "a signal during the close of its feed",
        PARTS,
        ClosingMeetings.signalBesideAClose(patience));
    encounters.run(
        "FEED-11", "a signal during a clear", PARTS, ClosingMeetings.signalBesideAClear(patience));
  }

  @Test
  @Rule("FEED-17")
  void aSignalThatHasRunCanBeCollected() {
    Backend raw = bench.openUnchecked(1, bench.context());
    try {
      List<WeakReference<Runnable>> ran = signals(raw);
      long left = Garbage.reachable(ran, bench.tuning.patience());
      if (left >= SIGNALS / 2) {
        fail(left + " of " + SIGNALS + " signals that have run are still reachable");
      }
    } finally {
      raw.close();
    }
  }

  /** Makes the signals of some feeds run, and closes the feeds. */
  private List<WeakReference<Runnable>> signals(Backend raw) {
    List<WeakReference<Runnable>> ran = new ArrayList<>();
    for (int i = 0; i < SIGNALS; i++) {
      try (ChangeFeed feed = raw.changes(raw.versions().end(), i % 3 == 0 ? null : "t")) {
        feed.poll();
        Signal done = new Signal(bench.tuning.patience());
        feed.onReady(done);
        raw.put(List.of(write("t", "1", "")));
        done.await("the signal of a put");
        ran.add(new WeakReference<>(done));
      }
    }
    return ran;
  }
}

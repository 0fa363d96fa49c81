package io.databroker.api.support;

import io.databroker.api.ChangeFeed;
import io.databroker.api.Changes;
import io.databroker.api.ClosedException;
import io.databroker.api.HistoryReplacedException;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Scenarios of two or three threads around one waiting feed. Each run ends with a check that the
 * feed's last signal has run if the feed has something to deliver.
 */
final class WaitingScenarios {
  private final AtomicInteger signals = new AtomicInteger();
  private final ToyHistory history = new ToyHistory(Runnable::run, 8);

  private WaitingScenarios() {}

  private interface Body {
    void run(WaitingScenarios scenario);
  }

  /** Returns all scenarios by name. */
  static Map<String, Runnable> all() {
    Map<String, Body> bodies = new TreeMap<>();
    bodies.put("a write during a registration", it -> it.write("t"));
    bodies.put("a write during a registration for all types", it -> it.write(null));
    bodies.put("a write during a second registration", WaitingScenarios::registerAgain);
    bodies.put("a write while another feed closes", WaitingScenarios::otherFeedCloses);
    bodies.put("a registration while another feed closes", WaitingScenarios::joinGroup);
    bodies.put("two writes during a poll and a registration", WaitingScenarios::twoWrites);
    bodies.put("a write with a notifier that runs its task late", WaitingScenarios::lateTask);
    bodies.put("a trim during a registration", WaitingScenarios::trim);
    bodies.put("a trim during a poll of a waiting feed", WaitingScenarios::trimBesidePoll);
    bodies.put("a clear during a registration", it -> it.end(it.history::clear));
    bodies.put("a close during a registration", it -> it.end(it.history::close));
    bodies.put("a close of the feed during a registration", WaitingScenarios::closeFeed);
    bodies.put("a write during a close of the feed", WaitingScenarios::writeBesideClose);
    Map<String, Runnable> all = new TreeMap<>();
    bodies.forEach((name, body) -> all.put(name, () -> body.run(new WaitingScenarios())));
    return all;
  }

  private static void both(Runnable one, Runnable other) {
    AtomicReference<Throwable> failure = new AtomicReference<>();
    Thread first = thread(one, failure);
    Thread second = thread(other, failure);
    first.start();
    second.start();
    try {
      first.join();
      second.join();
    } catch (InterruptedException stop) {
      throw new IllegalStateException(stop);
    }
    if (failure.get() != null) {
      throw new IllegalStateException(failure.get());
    }
  }

  private static Thread thread(Runnable work, AtomicReference<Throwable> failure) {
    return new Thread(
        () -> {
          try {
            work.run();
          } catch (RuntimeException | Error thrown) {
            failure.set(thrown);
          }
        });
  }

  private static void check(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalStateException(otherwise);
    }
  }

  private void checkSignals(int least, int most) {
    int ran = signals.get();
    check(ran >= least, "a signal is lost");
    check(ran <= most, "a signal ran twice");
  }

  private void register(ChangeFeed feed) {
    feed.onReady(signals::incrementAndGet);
  }

  private void write(String type) {
    ChangeFeed feed = history.feed(type);
    both(() -> history.put("t"), () -> register(feed));
    checkSignals(1, 1);
    check(feed.poll() != null, "nothing is delivered");
  }

  private void registerAgain() {
    ChangeFeed feed = history.feed("t");
    feed.onReady(() -> {});
    both(() -> history.put("t"), () -> register(feed));
    checkSignals(1, 1);
  }

  private void otherFeedCloses() {
    ChangeFeed feed = history.feed("t");
    ChangeFeed other = history.feed("t");
    other.onReady(() -> {});
    register(feed);
    both(() -> history.put("t"), other::close);
    checkSignals(1, 1);
    check(!history.feeds.mayWait(), "a registration is left behind");
  }

  private void joinGroup() {
    ChangeFeed feed = history.feed("t");
    ChangeFeed other = history.feed("t");
    other.onReady(() -> {});
    both(() -> register(feed), other::close);
    history.put("t");
    checkSignals(1, 1);
  }

  private void twoWrites() {
    ChangeFeed feed = history.feed("t");
    AtomicInteger delivered = new AtomicInteger();
    both(
        () -> {
          history.put("t");
          history.put("t");
        },
        () -> {
          for (Changes changes = feed.poll(); changes != null; changes = feed.poll()) {
            delivered.incrementAndGet();
          }
          register(feed);
        });
    checkSignals(delivered.get() < 2 ? 1 : 0, 1);
  }

  /** The task that the notifier was given runs during another write and registration. */
  private void lateTask() {
    AtomicReference<Runnable> given = new AtomicReference<>();
    ToyHistory late =
        new ToyHistory(
            task -> {
              if (!given.compareAndSet(null, task)) {
                task.run();
              }
            },
            8);
    ChangeFeed first = late.feed("t");
    first.onReady(() -> {});
    late.put("t");
    ChangeFeed feed = late.feed("t");
    both(
        () -> given.get().run(),
        () -> {
          register(feed);
          late.put("t");
        });
    checkSignals(1, 1);
  }

  /** A feed that waits before the new bound of a trim is published keeps its position. */
  private void trim() {
    ChangeFeed quiet = history.feed("quiet");
    history.put("busy");
    check(quiet.poll().isBookmark(), "no bookmark");
    check(quiet.poll() == null, "something to deliver");
    history.put("busy");
    boolean[] waited = {false};
    both(
        history::trim,
        () -> {
          register(quiet);
          waited[0] = history.versions().earliest() == 1;
        });
    if (signals.get() == 0) { // the trim ended before the feed could be moved
      history.put("busy");
      history.trim();
    }
    checkSignals(1, 1);
    if (waited[0]) {
      check(quiet.poll().isBookmark(), "no bookmark"); // and not history-trimmed
      check(quiet.poll() == null, "something to deliver");
    }
  }

  private void trimBesidePoll() {
    ChangeFeed quiet = history.feed("quiet");
    check(quiet.poll() == null, "something to deliver");
    register(quiet);
    history.put("busy");
    both(history::trim, quiet::poll);
    while (quiet.poll() != null) {}
    check(quiet.poll() == null, "something to deliver");
  }

  private void end(Runnable end) {
    ChangeFeed feed = history.feed("t");
    both(end, () -> register(feed));
    checkSignals(1, 1);
    try {
      feed.poll();
      throw new IllegalStateException("the feed goes on");
    } catch (ClosedException | HistoryReplacedException ended) {
      // The expected end of the feed.
    }
  }

  private void closeFeed() {
    ChangeFeed feed = history.feed("t");
    both(feed::close, () -> register(feed));
    checkSignals(1, 1);
    check(!history.feeds.mayWait(), "a registration is left behind");
  }

  private void writeBesideClose() {
    ChangeFeed feed = history.feed("t");
    register(feed);
    both(() -> history.put("t"), feed::close);
    checkSignals(1, 1);
    check(!history.feeds.mayWait(), "a registration is left behind");
  }
}

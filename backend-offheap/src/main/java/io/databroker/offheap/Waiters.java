package io.databroker.offheap;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The feeds that wait, by type, so that a write looks at those of its own types alone.
 *
 * <p>A feed adds itself and then looks whether there is something to say; a writer commits and then
 * looks for feeds. One of the two sees the other, as the commit, the count and the sets are all
 * volatile. All feeds of a type are handed to the notifier in one task, and never under a lock. A
 * feed is here until its signal runs: a trim before that takes it along.
 */
final class Waiters {
  private final Executor notifier;
  private final Alike ofAllTypes = new Alike();
  private final Map<String, Alike> byType = new ConcurrentHashMap<>();

  /** How many wait, or are about to: a writer that finds none looks no further. */
  private final AtomicInteger waiting = new AtomicInteger();

  Waiters(Executor notifier) {
    this.notifier = notifier;
  }

  void add(Feed feed) {
    boolean[] added = {false};
    waiting.incrementAndGet();
    String type = feed.type();
    if (type == null) {
      added[0] = ofAllTypes.feeds.add(feed);
    } else {
      byType.compute(
          type,
          (any, alike) -> {
            Alike grown = alike == null ? new Alike() : alike;
            added[0] = grown.feeds.add(feed);
            return grown;
          });
    }
    if (!added[0]) {
      waiting.decrementAndGet();
    }
  }

  /** Whether it was there until now: who takes it out runs its signal. */
  private boolean take(Feed feed) {
    boolean[] taken = {false};
    String type = feed.type();
    if (type == null) {
      taken[0] = ofAllTypes.feeds.remove(feed);
    } else {
      byType.computeIfPresent(
          type,
          (any, alike) -> {
            taken[0] = alike.feeds.remove(feed);
            return alike.feeds.isEmpty() ? null : alike;
          });
    }
    if (taken[0]) {
      waiting.decrementAndGet();
    }
    return taken[0];
  }

  /** Whether there is anybody to wake, after a commit. */
  boolean any() {
    return waiting.get() != 0;
  }

  /** After a commit that wrote to these types. */
  void wake(Collection<String> types) {
    if (types.isEmpty() || !any()) {
      return;
    }
    wakeEach(ofAllTypes);
    for (String type : types) {
      wakeEach(byType.get(type));
    }
  }

  void wakeAll() {
    wakeEach(ofAllTypes);
    byType.values().forEach(this::wakeEach);
  }

  void wake(Feed feed) {
    handOver(() -> signal(feed));
  }

  /** Of a feed that is closed: it waits no more. */
  void cancel(Feed feed) {
    if (take(feed)) {
      handOver(feed::signal);
    }
  }

  /** The waiting feeds of one type each. */
  List<Feed> typed() {
    List<Feed> typed = new ArrayList<>();
    byType.values().forEach(alike -> typed.addAll(alike.feeds));
    return typed;
  }

  private void wakeEach(@Nullable Alike alike) {
    if (alike != null && !alike.feeds.isEmpty() && alike.due.compareAndSet(false, true)) {
      handOver(
          () -> {
            alike.due.set(false);
            // A copy: a feed that waits again within its signal would be met again, for ever.
            List.copyOf(alike.feeds).forEach(this::signal);
          });
    }
  }

  private void signal(Feed feed) {
    if (take(feed)) {
      feed.signal();
    }
  }

  private void handOver(Runnable signals) {
    try {
      notifier.execute(signals);
    } catch (RuntimeException | Error refused) {
      signals.run(); // no executor any more, or no thread for it: here is better than never
    }
  }

  /** Feeds of the same type, or of all. */
  private static final class Alike {
    final Set<Feed> feeds = ConcurrentHashMap.newKeySet();

    /** Whether a task that will look at all of them has yet to begin. */
    final AtomicBoolean due = new AtomicBoolean();
  }
}

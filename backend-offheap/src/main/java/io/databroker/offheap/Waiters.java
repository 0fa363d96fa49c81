package io.databroker.offheap;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The feeds that wait, by type, so that a write looks at those of its own types alone.
 *
 * <p>A feed adds itself and then looks whether there is something to say; a writer commits and then
 * looks for feeds. One of the two sees the other, as the commit, the count and the sets are all
 * volatile. All feeds of a type are handed to the notifier in one task, and never under a lock.
 */
final class Waiters {
  private final Executor notifier;
  private final Set<Feed> ofAllTypes = ConcurrentHashMap.newKeySet();
  private final Map<String, Set<Feed>> byType = new ConcurrentHashMap<>();

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
      added[0] = ofAllTypes.add(feed);
    } else {
      byType.compute(
          type,
          (any, feeds) -> {
            Set<Feed> grown = feeds == null ? ConcurrentHashMap.newKeySet() : feeds;
            added[0] = grown.add(feed);
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
      taken[0] = ofAllTypes.remove(feed);
    } else {
      byType.computeIfPresent(
          type,
          (any, feeds) -> {
            taken[0] = feeds.remove(feed);
            return feeds.isEmpty() ? null : feeds;
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
    wakeEach(Set.of(feed));
  }

  /** The waiting feeds of one type each. */
  List<Feed> typed() {
    List<Feed> typed = new ArrayList<>();
    byType.values().forEach(typed::addAll);
    return typed;
  }

  private void wakeEach(@Nullable Collection<Feed> feeds) {
    if (feeds == null || feeds.isEmpty()) {
      return;
    }
    List<Feed> due = new ArrayList<>();
    for (Feed feed : feeds) {
      if (take(feed)) {
        due.add(feed);
      }
    }
    if (!due.isEmpty()) {
      Runnable signals = () -> due.forEach(Feed::signal);
      try {
        notifier.execute(signals);
      } catch (RuntimeException | Error refused) {
        signals.run(); // no executor any more, or no thread for it: here is better than never
      }
    }
  }
}

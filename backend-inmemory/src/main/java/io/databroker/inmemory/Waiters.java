package io.databroker.inmemory;

import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The feeds that wait, by type, so that a write looks at those of its own types alone, and hands
 * them to the notifier in one task however many they are.
 *
 * <p>A feed first adds itself and then looks whether there is something to say; a writer first
 * commits and then looks for feeds. With a full fence on either side at least one sees the other.
 */
final class Waiters {
  private final Executor notifier;
  private final Group ofAllTypes = new Group();
  private final Map<String, Group> byType = new ConcurrentHashMap<>();

  Waiters(Executor notifier) {
    this.notifier = notifier;
  }

  void add(LogFeed feed) {
    String type = feed.type();
    if (type == null) {
      ofAllTypes.feeds.add(feed);
    } else {
      byType.compute(
          type,
          (any, group) -> {
            Group grown = group == null ? new Group() : group;
            grown.feeds.add(feed);
            return grown;
          });
    }
    VarHandle.fullFence();
  }

  /** Whether it was there until now: who takes it out runs its signal. */
  private boolean take(LogFeed feed) {
    String type = feed.type();
    if (type == null) {
      return ofAllTypes.feeds.remove(feed);
    }
    boolean[] taken = {false};
    byType.computeIfPresent(
        type,
        (any, group) -> {
          taken[0] = group.feeds.remove(feed);
          return group.feeds.isEmpty() ? null : group;
        });
    return taken[0];
  }

  /** After a commit that wrote to these tables. */
  void wake(List<Table> written) {
    VarHandle.fullFence();
    wake(ofAllTypes);
    if (!byType.isEmpty()) {
      for (Table table : written) {
        wake(byType.get(table.type));
      }
    }
  }

  void wakeAll() {
    VarHandle.fullFence();
    wake(ofAllTypes);
    byType.values().forEach(this::wake);
  }

  void wake(LogFeed feed) {
    run(() -> signal(feed));
  }

  /** Of a feed that is closed: it waits no more. */
  void cancel(LogFeed feed) {
    if (take(feed)) {
      run(feed::signal);
    }
  }

  /** A feed waits until its signal runs: no sooner is it taken out. */
  private void signal(LogFeed feed) {
    if (take(feed)) {
      feed.signal();
    }
  }

  /** The waiting feeds of one type each. */
  List<LogFeed> typed() {
    List<LogFeed> typed = new ArrayList<>();
    byType.values().forEach(group -> typed.addAll(group.feeds));
    return typed;
  }

  private void wake(@Nullable Group group) {
    if (group != null && !group.feeds.isEmpty() && group.due.compareAndSet(false, true)) {
      run(
          () -> {
            group.due.set(false);
            // A copy: a feed that waits again within its signal would be met again, for ever.
            List.copyOf(group.feeds).forEach(this::signal);
          });
    }
  }

  private void run(Runnable signals) {
    try {
      notifier.execute(signals);
    } catch (RuntimeException | Error failed) {
      signals.run(); // no executor, no thread: the write stands, and a signal must not be lost
    }
  }

  private static final class Group {
    final Set<LogFeed> feeds = ConcurrentHashMap.newKeySet();

    /** Whether a task that will look at all feeds has yet to begin. */
    final AtomicBoolean due = new AtomicBoolean();
  }
}

package io.databroker.api.support;

import io.databroker.api.ChangeFeed;
import io.databroker.api.Position;
import java.lang.invoke.VarHandle;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The change feeds of one backend: opens them, and signals the waiting ones (FEED-5, FEED-8 to
 * FEED-13). A waiting feed holds no thread, and a write checks only the feeds of its own types.
 *
 * <p>A backend calls these methods, in this order:
 *
 * <ul>
 *   <li>A batch: publish the new last version, release the lock, call {@link #wake}.
 *   <li>A clear or close: publish it, release the lock, call {@link #wakeAll}.
 *   <li>A trim: call {@link #beginTrim}, publish the new first version, remove the changes, release
 *       the lock, call {@link #endTrim}. A trim in several steps repeats the first three and calls
 *       {@code endTrim} once.
 * </ul>
 *
 * <p>{@link #wake}, {@link #wakeAll} and {@link #endTrim} may run signals, and a signal may wait
 * for a call of another thread (FEED-18), so call them without any lock. They never throw, even if
 * the notifier or a signal throws.
 *
 * <p><b>Why no signal is lost.</b> Only its position and the published bounds decide whether a feed
 * is ready, never an event that it may have missed. {@code onReady} adds its registration, then
 * reads the bounds, and hands the signal over if the feed is ready. A writer stores the bounds,
 * then checks for registrations. Both have a full fence between their two steps, so at least one of
 * them sees the other. Three details matter:
 *
 * <ul>
 *   <li>A group's count rises before a registration is added and falls after it was removed, so a
 *       count of 0 means that nothing is registered. No decision uses {@code isEmpty} or {@code
 *       size} of a concurrent collection, which are estimates.
 *   <li>While a group's task is due, a writer submits no second task for the group. The task clears
 *       the flag before it reads the registrations, so it finds those that the writer could see.
 *   <li>A task leaves out the registrations that were added after it began, so that it ends even if
 *       signals register again. The registrations that a writer could see before it found the task
 *       due were added before the task began.
 *   <li>A registration stays in its group until its signal is about to run, so a trim meets every
 *       feed that waits. Only the thread that removed it runs the signal, so it runs once. If a
 *       close finds a registration that is not added yet, it leaves the registration to {@code
 *       onReady}, which then finds the feed closed.
 * </ul>
 *
 * <p><b>Why no waiting feed loses its position to a trim.</b> {@link #beginTrim} stores the new
 * bound, then moves the registered feeds. {@code onReady} registers, then reads that bound, and
 * moves its own feed if the trim began during the call. Again at least one sees the other. Each
 * moves a feed before the bound is published, or the feed sees its own move after it has read the
 * published bound.
 *
 * <p><b>Thread-safety:</b> any thread may call any method at any time, except that trims of one
 * backend must follow each other, as they do under a lock.
 */
public final class WaitingFeeds {
  private final Executor notifier;
  private final Group ofAllTypes = new Group();
  private final Map<String, Group> byType = new ConcurrentHashMap<>();

  /** Number of typed registrations; never less than the actual number. */
  private final AtomicInteger typed = new AtomicInteger();

  /**
   * Bounds of the trims that have begun, and of those that have ended: the first version that they
   * keep.
   */
  private final AtomicLong begunTrims = new AtomicLong();

  private final AtomicLong endedTrims = new AtomicLong();

  /** Creates the set for one backend; {@code notifier} runs the signals. */
  public WaitingFeeds(Executor notifier) {
    this.notifier = notifier;
  }

  /**
   * Opens a feed. Check the position first, with {@link Positions}.
   *
   * @param type the only type that concerns the feed, or null for all types
   */
  public ChangeFeed open(Position from, @Nullable String type, FeedSource source) {
    return new WaitingFeed(this, from, type, source);
  }

  /** Returns whether any feed may wait. */
  public boolean mayWait() {
    VarHandle.fullFence();
    return ofAllTypes.count.get() != 0 || typed.get() != 0;
  }

  /** Signals the feeds that wait for a change of these types. Call it without any lock. */
  public void wake(Collection<String> types) {
    wake(types, Function.identity());
  }

  /** Signals the feeds that wait for a change of these types. Call it without any lock. */
  public <T> void wake(Collection<T> written, Function<T, String> type) {
    VarHandle.fullFence();
    if (written.isEmpty()) {
      return;
    }
    ofAllTypes.wake();
    if (typed.get() != 0) {
      for (T one : written) {
        Group group = byType.get(type.apply(one));
        if (group != null) {
          group.wake();
        }
      }
    }
  }

  /** Signals every waiting feed. Call it without any lock. */
  public void wakeAll() {
    VarHandle.fullFence();
    ofAllTypes.wake();
    byType.values().forEach(Group::wake);
  }

  /**
   * Moves every waiting feed past the versions before {@code first} that do not concern it. Call it
   * before that bound is published and the changes are removed, with the lock that trims hold.
   */
  public void beginTrim(long first) {
    begunTrims.accumulateAndGet(first, WaitingFeed::later);
    VarHandle.fullFence();
    for (Group group : byType.values()) {
      for (Waiting waiting : group.waiting) {
        waiting.feed.pass(first);
      }
    }
  }

  /**
   * Signals every waiting feed that a trim has moved or overtaken. Call it when the trim is
   * complete, without any lock.
   */
  public void endTrim(long first) {
    endedTrims.accumulateAndGet(first, WaitingFeed::later);
    VarHandle.fullFence();
    for (Group group : byType.values()) {
      for (Waiting waiting : group.waiting) {
        if (waiting.feed.isReady()) {
          handOver(waiting);
        }
      }
    }
  }

  long begunTrims() {
    return begunTrims.get();
  }

  long endedTrims() {
    return endedTrims.get();
  }

  void add(Waiting waiting) {
    String type = waiting.feed.type;
    if (type == null) {
      ofAllTypes.add(waiting);
      return;
    }
    typed.incrementAndGet();
    byType.compute(
        type,
        (any, group) -> {
          Group grown = group == null ? new Group() : group;
          grown.add(waiting);
          return grown;
        });
  }

  /** Removes a registration; returns whether it was there until now. */
  boolean remove(Waiting waiting) {
    String type = waiting.feed.type;
    if (type == null) {
      return ofAllTypes.remove(waiting);
    }
    boolean[] removed = {false};
    byType.computeIfPresent(
        type,
        (any, group) -> {
          removed[0] = group.remove(waiting);
          return group.count.get() == 0 ? null : group;
        });
    if (removed[0]) {
      typed.decrementAndGet();
    }
    return removed[0];
  }

  /**
   * Submits the task to the notifier; runs it here if the notifier fails, because no signal may be
   * lost.
   */
  void handOver(Runnable signals) {
    try {
      notifier.execute(signals);
    } catch (RuntimeException | Error failure) {
      signals.run();
    }
  }

  /** The registrations of one type, or of all types; as a task, it runs their signals. */
  private final class Group implements Runnable {
    final Set<Waiting> waiting = ConcurrentHashMap.newKeySet();

    /** Number of registrations; never less than the actual number. */
    final AtomicInteger count = new AtomicInteger();

    /** Number of tasks that have begun. */
    private final AtomicLong rounds = new AtomicLong();

    /** True from the hand-over of this task until it begins. */
    private final AtomicBoolean due = new AtomicBoolean();

    void add(Waiting added) {
      count.incrementAndGet();
      added.round = rounds.get();
      waiting.add(added);
    }

    boolean remove(Waiting removed) {
      if (!waiting.remove(removed)) {
        return false;
      }
      count.decrementAndGet();
      return true;
    }

    void wake() {
      if (count.get() != 0 && due.compareAndSet(false, true)) {
        handOver(this);
      }
    }

    @Override
    public void run() {
      due.set(false);
      long round = rounds.incrementAndGet();
      try {
        for (Waiting each : waiting) {
          if (each.round < round) {
            each.run();
          }
        }
      } catch (RuntimeException | Error failure) {
        Waiting.report(failure);
      }
    }
  }
}

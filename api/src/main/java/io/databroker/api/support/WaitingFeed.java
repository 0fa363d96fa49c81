package io.databroker.api.support;

import io.databroker.api.ChangeFeed;
import io.databroker.api.Changes;
import io.databroker.api.ClosedException;
import io.databroker.api.HistoryReplacedException;
import io.databroker.api.HistoryTrimmedException;
import io.databroker.api.Position;
import io.databroker.api.StorageFailedException;
import io.databroker.api.Versions;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Feed with a position and a waiting signal. {@link WaitingFeeds} explains the protocol. */
final class WaitingFeed implements ChangeFeed {
  private final WaitingFeeds feeds;
  private final FeedSource source;
  private final long serverVersion;
  final @Nullable String type;

  /** Stored with release semantics: a full fence here would slow down a reader that catches up. */
  private final AtomicLong position;

  /** The version up to which no change after the position concerns the feed. Only grows. */
  private final AtomicLong quietThrough;

  /** The last registration, which may have ended; null if there is none. */
  private final AtomicReference<@Nullable Waiting> waiting = new AtomicReference<>();

  /**
   * True while {@link #onReady} runs; {@link #endedBefore} is the bound of the trims that ended
   * before it. Stored without a fence: a poll on another thread comes only after that thread has
   * seen the registration, which is added after this field was set.
   */
  private final AtomicBoolean registering = new AtomicBoolean();

  private long endedBefore;

  private volatile boolean closed;

  WaitingFeed(WaitingFeeds feeds, Position from, @Nullable String type, FeedSource source) {
    this.feeds = feeds;
    this.source = source;
    this.serverVersion = from.serverVersion();
    this.type = type;
    this.position = new AtomicLong(from.version());
    this.quietThrough = new AtomicLong(from.version());
  }

  @Override
  public @Nullable Changes poll() {
    if (closed) {
      throw new ClosedException("change feed");
    }
    boolean again = false;
    while (true) {
      long from = position.getPlain();
      Versions now = source.versions();
      if (now.serverVersion() != serverVersion) {
        throw new HistoryReplacedException(serverVersion, now.serverVersion());
      }
      // Read after the bounds: a trim moves waiting feeds before it publishes its bound.
      long reached = later(from, quietThrough.get());
      if (isAfter(now.earliest(), reached + 1)) {
        moveIfRegistering(now.earliest());
        if (isAfter(quietThrough.get(), reached)) {
          continue;
        }
        throw new HistoryTrimmedException(from, now.earliest());
      }
      if (reached != from) {
        return answer(new Changes(List.of(), new Position(serverVersion, reached)));
      }
      if (now.latest() == from) {
        return null;
      }
      Changes changes = source.next(from, now.latest());
      if (changes != null) {
        return answer(changes);
      }
      if (again) {
        throw new StorageFailedException(
            "version "
                + Long.toUnsignedString(from + 1)
                + " cannot be read back, though it was not trimmed; begin with a snapshot",
            null);
      }
      // A trim, clear or close removed the changes between the two checks: the next check finds out
      // which.
      again = isHeld(from);
    }
  }

  /** Returns whether the changes after the given version are still held. */
  private boolean isHeld(long from) {
    Versions now = source.versions();
    return now.serverVersion() == serverVersion && !isAfter(now.earliest(), from + 1);
  }

  private Changes answer(Changes changes) {
    position.setRelease(changes.position().version());
    return changes;
  }

  @Override
  public void onReady(Runnable signal) {
    endedBefore = feeds.endedTrims();
    registering.setRelease(true);
    try {
      register(new Waiting(feeds, this, signal));
    } finally {
      registering.setRelease(false);
    }
  }

  private void register(Waiting registration) {
    Waiting replaced = waiting.getAndSet(registration);
    if (replaced != null) {
      replaced.cancel();
    }
    feeds.add(registration);
    VarHandle.fullFence();
    moveIfRegistering(feeds.begunTrims());
    if (isReady()) {
      feeds.handOver(registration);
    }
  }

  /**
   * Moves the feed past a trim that began during {@link #onReady} and may have missed this feed.
   * The signal, and a poll within it, may run before onReady returns.
   */
  private void moveIfRegistering(long first) {
    if (registering.get() && isBehind(first) && !isBehind(endedBefore)) {
      pass(first);
    }
  }

  /** Returns whether {@link #poll} has something to deliver: a change, a bookmark or an error. */
  boolean isReady() {
    long from = position.get();
    if (closed || isAfter(quietThrough.get(), from)) {
      return true;
    }
    try {
      Versions now = source.versions();
      return now.serverVersion() != serverVersion
          || isAfter(now.earliest(), from + 1)
          || (now.latest() != from && source.holds(from, now.latest()));
    } catch (RuntimeException failure) {
      return true; // the poll reports it
    }
  }

  /**
   * Moves the position past the versions before {@code first}, if none of them concerns the feed.
   */
  void pass(long first) {
    if (type == null || !isBehind(first)) {
      return;
    }
    long quiet = later(position.get(), quietThrough.get());
    if (isAfter(first - 1, quiet) && !source.holds(quiet, first - 1)) {
      quietThrough.accumulateAndGet(first - 1, WaitingFeed::later);
    }
  }

  private boolean isBehind(long first) {
    return isAfter(first, position.get() + 1);
  }

  static long later(long one, long other) {
    return isAfter(one, other) ? one : other;
  }

  static boolean isAfter(long version, long other) {
    return Long.compareUnsigned(version, other) > 0;
  }

  @Override
  public void close() {
    closed = true;
    VarHandle.fullFence();
    Waiting registration = waiting.getAndSet(null);
    // Removed at once: the notifier may delay the task for long.
    if (registration != null && feeds.remove(registration)) {
      feeds.handOver(registration.once());
    }
  }
}

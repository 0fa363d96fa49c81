package io.databroker.offheap.journal;

import io.databroker.api.StorageFailedException;
import io.databroker.api.support.Gathering;
import io.databroker.offheap.memory.DirectoryLostException;
import io.databroker.offheap.memory.Space;
import java.io.IOException;
import java.io.SyncFailedException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes appended frames visible: at once, or after an fsync if writes must survive a loss of power.
 * A thread of its own runs the fsyncs; each covers all frames appended before it. No reader sees a
 * write before it is as durable as promised.
 *
 * <p>A failed fsync is never tried again, because the page cache may have dropped the bytes that it
 * could not write. From then on every write fails, and reads continue.
 */
public final class Publisher {
  private record Pending(Runnable commit, long order, long end) {}

  /** Batches that one fsync covers, up to a ticket; the last one is published. */
  private record Taken(
      long ticket, long batches, Pending last, List<Space> spaces, Set<String> types) {}

  private final boolean forces;
  private final Waker waker;
  private final Progress progress;
  private final Spaces spaces;
  private final LongSupplier nanoTime;

  /** Taken after the store's lock and {@link #forcing}, never before them. */
  private final ReentrantLock lock = new ReentrantLock();

  private final Condition work = lock.newCondition();

  private final Forced forced;
  private @Nullable Pending pending;
  private final Set<Space> dirty = new LinkedHashSet<>();

  /** The types written since the last wake-up. */
  private Set<String> written = new HashSet<>();

  /** Order of a segment: all written segments before it are dirty or forced. */
  private long publishedOrder;

  /** Number of batches until now; the writer alone changes it, under {@link #lock}. */
  private long appended;

  /** Number of the last batch that an fsync has covered. */
  private long covered;

  private final Gathering gathering = new Gathering();
  private boolean stopped;
  private @Nullable Thread thread;

  /**
   * Held during an fsync, so that no space is freed meanwhile and no other fsync gets this one's
   * failure. Fair, because the forcing thread takes it again at once.
   */
  private final ReentrantLock forcing = new ReentrantLock(true);

  /**
   * @param forces whether writes are forced before they become visible
   * @param timeout the longest wait of a caller for an fsync
   * @param waker wakes the feeds of the types that were published
   * @param spaces tells whether the directory is still there
   * @param nanoTime the time, as of {@link System#nanoTime}
   */
  public Publisher(
      boolean forces,
      Duration timeout,
      Waker waker,
      Progress progress,
      Spaces spaces,
      LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.forces = forces;
    this.forced = new Forced(timeout);
    this.waker = waker;
    this.progress = progress;
    this.spaces = spaces;
  }

  public void start() {
    if (forces) {
      waker.start();
      Thread made = new Thread(this::run, "databroker-offheap-force");
      made.setDaemon(true);
      thread = made;
      made.start();
    }
  }

  /**
   * Checks that the journal can be written; only for the writer, before any change.
   *
   * @throws StorageFailedException if a failure ended all writing
   */
  public void checkWritable() {
    forced.checkWritable();
  }

  public boolean hasFailed() {
    return forced.failure() != null;
  }

  /** Returns the failure that ended all writing; null while writes work. */
  public @Nullable Throwable failure() {
    return forced.failure();
  }

  /** Ends all writing after a failure; only for the writer. */
  public void fail(Throwable cause) {
    if (cause instanceof SyncFailedException) {
      progress.failed();
    }
    forced.fail(cause);
  }

  /**
   * Makes appended frames visible, after the fsync if one is needed; only for the writer.
   *
   * @param commit makes the frames visible
   * @param segments the segments of the journal
   * @param segment the segment of the last frame
   * @param types the types written to; used only if this publisher {@link #forces}
   */
  public void publish(
      Runnable commit, Directory segments, Segment segment, Collection<String> types) {
    if (!forces) {
      commit.run();
      progress.acknowledged(segment.order, segment.end);
      return;
    }
    lock.lock();
    try {
      for (int i = segments.size() - 1; i >= 0 && segments.get(i).order >= publishedOrder; i--) {
        dirty.add(segments.get(i).space); // including a segment in which no frame found room
      }
      publishedOrder = segment.order;
      written.addAll(types);
      appended++;
      if (pending == null || gathering.endsWith(appended)) {
        work.signal();
      }
      pending = new Pending(commit, segment.order, segment.end);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Records a new segment that is already forced, while no batch is pending; only for the writer.
   */
  public void began(Segment segment) {
    publishedOrder = segment.order;
    progress.forced(segment.order, segment.end);
    progress.acknowledged(segment.order, segment.end);
  }

  /**
   * Records an fsync that no write requested; the caller holds the store's lock.
   *
   * @param active the segment that is appended to
   */
  public void forced(long order, long end, Segment active) {
    if (!forces) {
      progress.forced(order, end);
      progress.acknowledged(active.order, active.end);
    }
  }

  /**
   * Forces the mark that the next open reads.
   *
   * @throws SyncFailedException if the disk failed; all further writes fail
   */
  public void persist() throws IOException {
    force(progress::persist);
  }

  public boolean forces() {
    return forces;
  }

  /**
   * Returns the ticket of everything appended until now, for a caller that has seen it. Only the
   * writer calls this method.
   */
  public long ticket() {
    return forces ? appended : 0;
  }

  /**
   * Waits until everything up to the given ticket is durable; ignores interrupts.
   *
   * @param wrote whether the caller is a writer
   */
  public void await(long ticket, boolean wrote) {
    if (forces) {
      forced.await(ticket, wrote);
    }
  }

  /** Waits until everything appended is durable and visible; only for the writer. */
  public void flush() {
    force();
    Throwable failed = forced.failure();
    if (failed != null) {
      throw Forced.lost(failed);
    }
  }

  private void run() {
    while (true) {
      lock.lock();
      try {
        while ((pending == null || forced.failure() != null) && !stopped) {
          work.awaitUninterruptibly();
        }
        gather();
        if (stopped) {
          return;
        }
      } finally {
        lock.unlock();
      }
      try {
        force();
      } catch (RuntimeException | Error broken) {
        fail(broken); // callers get the failure; the thread runs until it is stopped
      }
    }
  }

  /** Waits for the writers that the last fsync released; the caller holds {@link #lock}. */
  private void gather() {
    long left = gathering.left(appended, nanoTime.getAsLong());
    while (left > 0 && !stopped) {
      try {
        work.awaitNanos(left);
      } catch (InterruptedException interrupt) {
        return; // an fsync without a wait is right, too
      }
      left = gathering.left(appended, nanoTime.getAsLong());
    }
  }

  /** Forces and publishes everything appended until now. Runs no signal. */
  private void force() {
    forcing.lock();
    try {
      Taken taken = take();
      if (taken == null) {
        return;
      }
      long start = nanoTime.getAsLong();
      if (!forceAll(taken)) {
        return;
      }
      lock.lock();
      try {
        gathering.begin(appended, taken.batches, start, nanoTime.getAsLong());
      } finally {
        lock.unlock();
      }
      forced.reach(taken.ticket);
      waker.wake(taken.types);
    } finally {
      forcing.unlock();
    }
  }

  /** Takes the batches to force now; returns null if there are none. */
  private @Nullable Taken take() {
    lock.lock();
    try {
      Pending last = pending;
      if (last == null || forced.failure() != null) {
        return null;
      }
      Taken taken = new Taken(appended, appended - covered, last, List.copyOf(dirty), written);
      covered = appended;
      written = new HashSet<>();
      pending = null;
      dirty.clear();
      return taken;
    } finally {
      lock.unlock();
    }
  }

  /** Returns false after a failure, which ends all writing. */
  private boolean forceAll(Taken taken) {
    Pending last = taken.last;
    progress.begins();
    try {
      for (Space space : taken.spaces) {
        space.force();
        if (!space.exists()) {
          throw new DirectoryLostException(space.name());
        }
      }
      spaces.checkThere();
      progress.forced(last.order, last.end);
      progress.acknowledged(last.order, last.end);
      last.commit.run();
      return true;
    } catch (IOException | RuntimeException | Error failed) {
      fail(failed);
      return false;
    } finally {
      progress.ended();
    }
  }

  /**
   * Runs an fsync for a purpose other than a write; no fsync of a writer runs meanwhile, because it
   * could miss this one's failure.
   *
   * @throws StorageFailedException if an earlier fsync failed, because this one might then succeed
   *     although bytes are lost
   * @throws SyncFailedException if the disk failed; all further writes fail
   */
  public void force(Forcing other) throws IOException {
    if (forces) {
      forcing.lock();
    }
    progress.begins();
    try {
      forced.checkWritable();
      other.run();
    } catch (SyncFailedException failed) {
      fail(failed);
      throw failed;
    } finally {
      progress.ended();
      if (forces) {
        forcing.unlock();
      }
    }
  }

  /** Drops the spaces of segments, so that they can be freed. */
  public void forget(List<Segment> segments) {
    forcing.lock();
    try {
      lock.lock();
      try {
        for (Segment segment : segments) {
          dirty.remove(segment.space);
        }
      } finally {
        lock.unlock();
      }
    } finally {
      forcing.unlock();
    }
  }

  /**
   * Forces the batches that are not durable yet, and stops the thread; called after the last write.
   */
  public void stop() {
    try {
      force();
    } finally {
      end();
    }
  }

  private void end() {
    waker.stop();
    Thread running;
    lock.lock();
    try {
      stopped = true;
      running = thread;
      work.signalAll();
    } finally {
      lock.unlock();
    }
    if (running != null) {
      ThreadEnd.await(running);
    }
  }
}

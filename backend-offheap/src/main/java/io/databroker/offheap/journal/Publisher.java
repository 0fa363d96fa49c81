package io.databroker.offheap.journal;

import io.databroker.api.StorageFailedException;
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
import org.jspecify.annotations.Nullable;

/**
 * Makes what was appended visible: at once, or, where writes must survive a loss of power, after a
 * force by a thread of its own, which takes all with it that was appended meanwhile. Nobody sees
 * what is not yet as durable as promised.
 *
 * <p>A force that fails is never tried again: the page cache may have forgotten what it could not
 * write. From then on nothing is written, and reading goes on.
 */
public final class Publisher {
  private record Pending(Runnable commit, long order, long end) {}

  /** Batches that one fsync takes along, up to a ticket; the last one is published. */
  private record Taken(long ticket, Pending last, List<Space> spaces, Set<String> types) {}

  private final boolean forces;
  private final Waker waker;
  private final Progress progress;

  /** Taken after the store's lock and {@link #forcing}, never before them. */
  private final ReentrantLock lock = new ReentrantLock();

  private final Condition work = lock.newCondition();

  private final Forced forced;
  private @Nullable Pending pending;
  private final Set<Space> dirty = new LinkedHashSet<>();

  /** The types written since the last wake-up. */
  private Set<String> written = new HashSet<>();

  /** Order of a segment before which all written segments are dirty or forced. */
  private long publishedOrder;

  private long appended;
  private boolean stopped;
  private @Nullable Thread thread;

  /**
   * Held while spaces are forced, so that none is freed meanwhile, and no other force is told of a
   * failure that is this one's. Fair, as the thread that forces comes again at once.
   */
  private final ReentrantLock forcing = new ReentrantLock(true);

  /**
   * @param forces whether writes are forced before they become visible
   * @param timeout how long a caller waits for a force
   * @param waker wakes the feeds of the types that were published
   */
  public Publisher(boolean forces, Duration timeout, Waker waker, Progress progress) {
    this.forces = forces;
    this.forced = new Forced(timeout);
    this.waker = waker;
    this.progress = progress;
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
   * Checks that the journal can be written; for the writer, before any change.
   *
   * @throws StorageFailedException if nothing can be written any more
   */
  public void checkWritable() {
    forced.checkWritable();
  }

  public boolean hasFailed() {
    return forced.failure() != null;
  }

  /** Returns why nothing can be written any more; null while writing goes on. */
  public @Nullable Throwable failure() {
    return forced.failure();
  }

  /** Ends all writing after a failure; for the writer. */
  public void fail(Throwable cause) {
    forced.fail(cause);
  }

  /**
   * Makes appended frames visible, after the fsync if one is needed; for the writer.
   *
   * @param commit makes it visible
   * @param segments of the journal
   * @param segment where the last frame is
   * @param types that were written
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
        dirty.add(segments.get(i).space); // also one in which nothing found room
      }
      publishedOrder = segment.order;
      written.addAll(types);
      appended++;
      pending = new Pending(commit, segment.order, segment.end);
      work.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Notes a new segment that is forced already, with nothing pending; for the writer. */
  public void began(Segment segment) {
    publishedOrder = segment.order;
    progress.forced(segment.order, segment.end);
    progress.acknowledged(segment.order, segment.end);
  }

  /**
   * Notes an fsync that no write asked for; the caller holds the store's lock.
   *
   * @param active segment with the end of everything appended so far
   */
  public void forced(long order, long end, Segment active) {
    if (!forces) {
      progress.forced(order, end);
      progress.acknowledged(active.order, active.end);
    }
  }

  /**
   * Has what the next open goes by survive a loss of power.
   *
   * @throws SyncFailedException if the disk failed; nothing can be written from here on
   */
  public void persist() throws IOException {
    force(progress::persist);
  }

  public boolean forces() {
    return forces;
  }

  /**
   * Returns the ticket to wait for after seeing all that was appended until now; for the writer.
   */
  public long ticket() {
    if (!forces) {
      return 0;
    }
    lock.lock();
    try {
      return appended;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Returns when all up to that ticket is durable. Takes no notice of interrupts.
   *
   * @param wrote whether the caller has written something of it
   */
  public void await(long ticket, boolean wrote) {
    if (forces) {
      forced.await(ticket, wrote);
    }
  }

  /** Waits until everything appended is durable and visible; for the writer. */
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
        if (stopped) {
          return;
        }
      } finally {
        lock.unlock();
      }
      try {
        force();
      } catch (RuntimeException | Error broken) {
        fail(broken); // who waits is told, and this goes on to be stopped
      }
    }
  }

  /**
   * Forces and publishes all that was appended until now, and what is appended meanwhile, unless
   * somebody waits to free spaces. Runs no signal.
   */
  private void force() {
    forcing.lock();
    try {
      Taken taken = take();
      while (taken != null) {
        Throwable failed = forceAll(taken);
        if (failed != null) {
          fail(failed);
          return;
        }
        forced.reach(taken.ticket);
        waker.wake(taken.types);
        taken = forcing.hasQueuedThreads() ? null : take();
      }
    } finally {
      forcing.unlock();
    }
  }

  /** Takes what is to be forced now; returns null if there is nothing. */
  private @Nullable Taken take() {
    lock.lock();
    try {
      Pending last = pending;
      if (last == null || forced.failure() != null) {
        return null;
      }
      Taken taken = new Taken(appended, last, List.copyOf(dirty), written);
      written = new HashSet<>();
      pending = null;
      dirty.clear();
      return taken;
    } finally {
      lock.unlock();
    }
  }

  private @Nullable Throwable forceAll(Taken taken) {
    Pending last = taken.last;
    try {
      for (Space space : taken.spaces) {
        space.force();
        if (!space.isThere()) {
          throw new DirectoryLostException(space.name());
        }
      }
      progress.forced(last.order, last.end);
      progress.acknowledged(last.order, last.end);
      last.commit.run();
      return null;
    } catch (IOException | RuntimeException | Error failed) {
      return failed;
    }
  }

  /** Fsync for another purpose than a write. */
  public interface Forcing {
    /** Throws {@link SyncFailedException} if the disk failed. */
    void run() throws IOException;
  }

  /**
   * Forces for somebody else than a writer: no writer's force takes the disk for well meanwhile.
   *
   * @throws StorageFailedException if a force failed before: this one might say that all is well
   * @throws SyncFailedException if the disk failed; nothing can be written from here on
   */
  public void force(Forcing other) throws IOException {
    if (forces) {
      forcing.lock();
    }
    try {
      forced.checkWritable();
      other.run();
    } catch (SyncFailedException failed) {
      fail(failed);
      throw failed;
    } finally {
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

  /** Forces the rest and ends; called after the last write. */
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
      joinUninterruptibly(running);
    }
  }

  private static void joinUninterruptibly(Thread running) {
    boolean interrupted = false;
    while (true) {
      try {
        running.join();
        break;
      } catch (InterruptedException interrupt) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}

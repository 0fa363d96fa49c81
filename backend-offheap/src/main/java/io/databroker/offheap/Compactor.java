package io.databroker.offheap;

import io.databroker.offheap.journal.Directory;
import io.databroker.offheap.journal.Segment;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;

/**
 * Gives back the room of what nobody asks for any more: rewrites the segments that lie wholly
 * behind the feed, once half of them is dead, so that no byte is copied for which none is freed.
 *
 * <p>A pass goes from the first segment on, with one bound for all: so that a delete is dropped
 * only when every older version of its key has been dropped before, and none comes back at the next
 * open. It needs the room of one segment beside what there is.
 */
final class Compactor {
  private static final System.Logger LOG = System.getLogger(Compactor.class.getName());

  /** So many small segments are merged even if nothing in them is dead. */
  private static final int SMALL = 8;

  private final Store store;
  private final Semaphore work = new Semaphore(0);
  private final Thread thread = new Thread(this::run, "databroker-offheap-compact");
  private volatile boolean stopped;

  /** How many passes were worth it. */
  volatile int passes;

  Compactor(Store store) {
    this.store = store;
  }

  void start() {
    thread.setDaemon(true);
    thread.start();
  }

  /** There may be something to do. */
  void wake() {
    work.release();
  }

  /** Returns when nothing is done any more; not to be called inside the guard. */
  void stop() {
    stopped = true;
    wake();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException interrupt) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    while (!stopped) {
      work.acquireUninterruptibly();
      work.drainPermits();
      tryPass();
    }
  }

  /** A pass, of which nobody hears but by the log, and not even so if a close has ended it. */
  void tryPass() {
    try {
      pass();
    } catch (RuntimeException | OutOfMemoryError failed) {
      if (!store.guard.isClosed()) {
        LOG.log(Level.WARNING, "compaction stopped, to be tried at the next trim", failed);
      }
    }
  }

  /** What a look at the past has found. */
  private static final class Past {
    final List<Segment> segments = new ArrayList<>();
    long bound;
    long bytes;
    long kept;
    long pinned;
  }

  /**
   * Goes over the past once, if it is worth it and the disk is well. Called by one thread at a
   * time.
   *
   * @return whether it was
   */
  synchronized boolean pass() {
    if (stopped || store.publisher.hasFailed()) {
      return false;
    }
    History history = store.history;
    Past past = look(history);
    while (past.pinned > past.kept - past.pinned + 4 * store.journal.segmentBytes()) {
      expireOldest(history);
      past = look(history);
    }
    long needed = past.kept / store.journal.segmentBytes() + 1;
    int count = past.segments.size();
    boolean halfDead = past.bytes > 0 && past.bytes - past.kept >= past.kept;
    boolean scattered = count > SMALL && count > 2 * needed;
    if (count < 2 || !(halfDead || scattered) || !force(history)) {
      return false;
    }
    List<Segment> run = new ArrayList<>();
    long bytes = 0;
    for (Segment segment : past.segments) {
      long kept = Compaction.keptBytes(store, history, segment, past.bound);
      if (kept < 0) {
        return false;
      }
      if (!run.isEmpty() && bytes + kept > store.journal.segmentBytes()) {
        if (!new Compaction(store, history, run, past.bound).run()) {
          return false;
        }
        run = new ArrayList<>();
        bytes = 0;
      }
      run.add(segment);
      bytes += kept;
    }
    new Compaction(store, history, run, past.bound).run();
    passes = passes + 1;
    return true;
  }

  /**
   * Has all of the journal survive a loss of power, to its end: what superseded the records that
   * are dropped, and the trim that lets them be. Else a loss of power would take more than a tail.
   *
   * @return false if it cannot, or there was a clear
   */
  private boolean force(History history) {
    int inside = store.guard.enter();
    try {
      List<Segment> all = new ArrayList<>();
      long order;
      long end;
      store.writing.lock();
      try {
        if (store.history != history) {
          return false;
        }
        all.addAll(history.directory.all());
        order = store.journal.active().order;
        end = store.journal.active().end;
      } finally {
        store.writing.unlock();
      }
      store.publisher.force(
          () -> {
            for (Segment segment : all) {
              segment.space.force();
            }
          });
      store.writing.lock();
      try {
        if (store.history != history) {
          return false;
        }
        store.publisher.forced(order, end, store.journal.active());
      } finally {
        store.writing.unlock();
      }
      store.publisher.persist();
      return true;
    } catch (IOException failed) {
      Compaction.tell(failed);
      return false;
    } finally {
      store.guard.exit(inside);
    }
  }

  /** The segments that lie wholly behind the feed, and what of them is still asked for. */
  private Past look(History history) {
    Past past = new Past();
    int inside = store.guard.enter();
    try {
      if (store.history != history) {
        return past;
      }
      long first = history.commit.first();
      // After the commit: who opens later holds what is at that commit or behind it.
      past.bound = Math.min(first - 1, history.oldestSnapshot());
      Directory segments = history.directory;
      for (int i = 0; i < segments.size() - 1 && segments.get(i).lastVersion() < first; i++) {
        Segment segment = segments.get(i);
        past.segments.add(segment);
        past.bytes += segment.end - Segment.HEADER;
        past.kept += Compaction.keptBytes(segment, past.bound);
        past.pinned -= Compaction.keptBytes(segment, first - 1);
      }
      past.pinned += past.kept;
      return past;
    } finally {
      store.guard.exit(inside);
    }
  }

  private static void expireOldest(History history) {
    OpenSnapshot oldest = null;
    for (OpenSnapshot snapshot : history.snapshots) {
      if (oldest == null || snapshot.heldVersion() < oldest.heldVersion()) {
        oldest = snapshot;
      }
    }
    if (oldest != null) {
      oldest.expire();
    }
  }
}

package io.databroker.offheap.journal;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Semaphore;

/**
 * Frees the room of dead records: it rewrites the segments that lie completely before the feed once
 * half of their bytes are dead. So it copies at most one byte for each byte that it frees.
 *
 * <p>A pass starts at the first segment and uses one bound for all segments. So a delete is dropped
 * only after every older version of its key, and no deleted record comes back at the next open. A
 * segment with damaged records stays unchanged, and the deletes after it are kept. A pass needs the
 * room of one more segment.
 */
public final class Compactor {
  private static final System.Logger LOG = System.getLogger(Compactor.class.getName());

  private final JournalHost host;

  /** Runs after each pass, on the same thread. */
  public final Scrub scrub;

  private final Semaphore work = new Semaphore(0);
  private final Thread thread = new Thread(this::run, "databroker-offheap-compact");
  private volatile boolean stopped;

  /** Counts the passes that compacted something. */
  public volatile int passes;

  public Compactor(JournalHost host, Scrub scrub) {
    this.host = host;
    this.scrub = scrub;
  }

  public void start() {
    thread.setDaemon(true);
    thread.start();
  }

  /** Starts a tick of upkeep soon: a pass, if it is worth its cost, and the scrub. */
  public void wake() {
    work.release();
  }

  /** Waits until no pass runs; must not be called inside the guard. */
  public void stop() {
    stopped = true;
    wake();
    ThreadEnd.await(thread);
  }

  private void run() {
    while (!stopped) {
      work.acquireUninterruptibly();
      work.drainPermits();
      tryPass();
      attempt(scrub::tick, "scrub stopped; the next trim continues it");
    }
  }

  /** Runs one pass and logs its failures, except after a close. */
  public void tryPass() {
    attempt(this::pass, "compaction stopped; the next trim tries again");
  }

  private void attempt(Runnable work, String problem) {
    try {
      work.run();
    } catch (RuntimeException | Error failed) { // the thread must continue
      if (!host.guard().isClosed()) {
        LOG.log(Level.WARNING, problem, failed);
      }
    }
  }

  /** The segments that lie completely before the feed. */
  private static final class Past {
    final List<Segment> segments = new ArrayList<>();

    /** Segments with damaged records that are still needed. */
    final Set<Segment> damaged = new HashSet<>();

    long bound;

    /** Bytes, kept bytes and pinned bytes of the segments that can be rewritten. */
    long bytes;

    long kept;
    long pinned;

    /** Returns which records of a segment to keep: deletes after a damaged segment are kept. */
    Compaction.Kept kept(boolean behindDamage) {
      return new Compaction.Kept(bound, behindDamage);
    }
  }

  /**
   * Runs one pass, if it pays and the disk has not failed. Called by one thread at a time.
   *
   * @return whether the pass compacted something
   */
  public synchronized boolean pass() {
    if (stopped || host.publisher().hasFailed()) {
      return false;
    }
    JournalOwner owner = host.owner();
    long segmentBytes = host.journal().segmentBytes();
    Past past = look(owner);
    while (past.pinned > past.kept - past.pinned + Tuning.PINNED_SEGMENTS * segmentBytes) {
      owner.expireOldestSnapshot();
      past = look(owner);
    }
    long needed = past.kept / segmentBytes + 1;
    int count = past.segments.size() - past.damaged.size();
    boolean halfDead = past.bytes > 0 && past.bytes - past.kept >= past.kept;
    boolean scattered = count > Tuning.SMALL_SEGMENTS && count > 2 * needed;
    if (count < 1 || !(halfDead || scattered) || !force(owner)) {
      return false;
    }
    if (!rewrite(owner, past)) {
      return false;
    }
    passes = passes + 1;
    return true;
  }

  private boolean rewrite(JournalOwner owner, Past past) {
    List<Segment> run = new ArrayList<>();
    long bytes = 0;
    boolean behindDamage = false;
    // On a full disk it takes smaller steps, each of which frees room for the next.
    long most = host.journal().spaces().roomForUpkeep(host.journal().segmentBytes());
    for (Segment segment : past.segments) {
      boolean damaged = past.damaged.contains(segment);
      long kept = damaged ? 0 : Compaction.keptBytes(host, owner, segment, past.kept(behindDamage));
      if (kept < 0) {
        return false;
      }
      boolean full = bytes + kept > most;
      if (!run.isEmpty() && (damaged || full)) {
        if (!new Compaction(host, owner, run, past.kept(behindDamage)).run()) {
          return false;
        }
        run = new ArrayList<>();
        bytes = 0;
      }
      if (damaged) {
        behindDamage = true;
      } else {
        run.add(segment);
        bytes += kept;
      }
    }
    if (!run.isEmpty()) {
      new Compaction(host, owner, run, past.kept(behindDamage)).run();
    }
    return true;
  }

  /**
   * Forces the whole journal: the successors of the dropped records, and the trim that allows the
   * drop. Otherwise a loss of power would lose more than a tail.
   *
   * @return false if the fsync fails, or after a clear
   */
  private boolean force(JournalOwner owner) {
    int inside = host.guard().enter();
    try {
      List<Segment> all = new ArrayList<>();
      long order;
      long end;
      host.writing().lock();
      try {
        if (host.owner() != owner) {
          return false;
        }
        all.addAll(owner.directory().all());
        order = host.journal().active().order;
        end = host.journal().active().end;
      } finally {
        host.writing().unlock();
      }
      host.publisher()
          .force(
              () -> {
                for (Segment segment : all) {
                  segment.space.force();
                }
              });
      host.writing().lock();
      try {
        if (host.owner() != owner) {
          return false;
        }
        host.publisher().forced(order, end, host.journal().active());
      } finally {
        host.writing().unlock();
      }
      host.publisher().persist();
      return true;
    } catch (IOException failed) {
      Compaction.report(failed);
      return false;
    } finally {
      host.guard().exit(inside);
    }
  }

  /** Sums up the segments that lie completely before the feed. */
  private Past look(JournalOwner owner) {
    Past past = new Past();
    int inside = host.guard().enter();
    try {
      if (host.owner() != owner) {
        return past;
      }
      long first = owner.firstHeld();
      // After the commit: a snapshot opened later is at that commit or after it.
      past.bound = Math.min(first - 1, owner.oldestSnapshot());
      Directory segments = owner.directory();
      for (int i = 0; i < segments.size() - 1 && segments.get(i).lastVersion() < first; i++) {
        Segment segment = segments.get(i);
        past.segments.add(segment);
        Compaction.Kept kept = past.kept(!past.damaged.isEmpty());
        if (segment.damage.isKnown() && !kept.verifies(segment)) {
          past.damaged.add(segment);
        } else {
          long bytes = kept.bytes(segment);
          past.bytes += segment.end - Segment.HEADER;
          past.kept += bytes;
          past.pinned += bytes - new Compaction.Kept(first - 1, kept.deletes()).bytes(segment);
        }
      }
      return past;
    } finally {
      host.guard().exit(inside);
    }
  }
}

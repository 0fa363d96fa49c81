package io.databroker.postgres;

import io.databroker.api.DatabrokerException;
import io.databroker.api.PutResult;
import io.databroker.api.UnavailableException;
import io.databroker.api.Write;
import io.databroker.api.support.Gathering;
import io.databroker.api.support.WriteBatch;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Groups concurrent batches into one transaction. A caller writes its batch at once if no other
 * caller is writing. Callers that arrive meanwhile wait; the first of them then writes all their
 * batches, except those of callers that have more than twice its time left. It first waits shortly
 * for the callers of the last transaction ({@link Gathering}).
 *
 * <p>A batch that the writer leaves out of a group is written alone.
 */
final class WriteQueue {
  private static final int MOST_RECORDS = 10_000;
  private static final long MOST_BYTES = 16L << 20;

  /** Writes a group; a batch of several may be left out, never one alone. */
  interface Writer {
    Written write(List<WriteBatch> batches, Deadline deadline);
  }

  /**
   * The answers to a group.
   *
   * @param signals signals the feeds that wait; runs when others may write, because a signal may
   *     wait for a write of another thread
   */
  record Written(List<GroupWrite.Answer> answers, Runnable signals) {}

  private enum Stage {
    WAITING,
    TAKEN,
    LEADING,
    DONE
  }

  /** A batch of one caller. */
  private static final class Pending {
    final WriteBatch batch;
    final Deadline deadline;
    final Thread caller = Thread.currentThread();
    volatile Stage stage = Stage.WAITING;
    boolean alone;
    @Nullable PutResult result;
    @Nullable RuntimeException failure;

    Pending(WriteBatch batch, Deadline deadline) {
      this.batch = batch;
      this.deadline = deadline;
    }

    boolean isLeftOut() {
      return result == null && failure == null;
    }

    void wake() {
      LockSupport.unpark(caller);
    }
  }

  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private final Writer writer;
  private final LongSupplier nanoTime;
  private final Deque<Pending> waiting = new ArrayDeque<>();
  private final Gathering gathering = new Gathering();

  /** The number of batches until now. */
  private long given;

  /** The caller that writes, or waits for others before it does. */
  private @Nullable Pending leader;

  /**
   * Begins an empty queue.
   *
   * @param nanoTime the time, as of {@link System#nanoTime}
   */
  WriteQueue(Writer writer, LongSupplier nanoTime) {
    this.writer = writer;
    this.nanoTime = nanoTime;
  }

  PutResult put(WriteBatch batch, Deadline deadline) {
    Pending mine = new Pending(batch, deadline);
    if (isLeader(mine)) {
      lead(mine);
    }
    if (mine.failure != null) {
      throw mine.failure;
    }
    PutResult result = mine.result;
    if (result == null) {
      throw new IllegalStateException("a batch was neither written nor refused");
    }
    return result;
  }

  /**
   * Waits until the batch is done or the caller's turn to write comes; returns whether it must
   * write.
   */
  private boolean isLeader(Pending mine) {
    if (begins(mine)) {
      return true;
    }
    boolean interrupted = false;
    try {
      while (mine.stage == Stage.WAITING || mine.stage == Stage.TAKEN) {
        boolean isOver = mine.deadline.isOver();
        if ((isOver || interrupted) && leaves(mine)) {
          mine.failure =
              new UnavailableException(
                  isOver
                      ? "PostgreSQL did not begin the write in time"
                      : "the thread was interrupted before the write began",
                  null);
          return false;
        }
        // Once it has begun, the transaction ends in time by itself.
        LockSupport.parkNanos(this, mine.stage == Stage.TAKEN ? SECOND : mine.deadline.left());
        interrupted |= Thread.interrupted();
      }
      return mine.stage == Stage.LEADING;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Enters the queue; returns whether the caller writes at once, because no other one does. */
  private synchronized boolean begins(Pending mine) {
    given++;
    Pending writing = leader;
    if (writing == null) {
      leader = mine;
      return true;
    }
    waiting.add(mine);
    if (gathering.endsWith(given)) {
      writing.wake();
    }
    return false;
  }

  /** Leaves the queue, unless the batch is being written. */
  private synchronized boolean leaves(Pending mine) {
    return waiting.remove(mine);
  }

  private void lead(Pending mine) {
    if (!mine.alone) {
      gather();
    }
    List<Pending> group = take(mine);
    long start = nanoTime.getAsLong();
    List<Runnable> signals = new ArrayList<>();
    try {
      write(group, signals);
      if (mine.isLeftOut()) {
        write(List.of(mine), signals);
      }
    } finally {
      finish(group, start);
      signals.forEach(Runnable::run);
    }
  }

  /** Waits for the callers of the last transaction; an interrupt ends the wait, and stays set. */
  private void gather() {
    for (long left = left(); left > 0 && !Thread.currentThread().isInterrupted(); left = left()) {
      LockSupport.parkNanos(this, left);
    }
  }

  private synchronized long left() {
    return gathering.left(given, nanoTime.getAsLong());
  }

  private synchronized List<Pending> take(Pending mine) {
    List<Pending> group = new ArrayList<>();
    group.add(mine);
    if (mine.alone) {
      return group;
    }
    int records = mine.batch.writes().size();
    long bytes = bytes(mine.batch);
    for (Pending next = waiting.peek(); next != null; next = waiting.peek()) {
      if (next.alone) {
        break;
      }
      if (next.deadline.left() / 2 > mine.deadline.left()) {
        break; // the group ends by the first deadline in it, too soon for this caller
      }
      records += next.batch.writes().size();
      bytes += bytes(next.batch);
      if (records > MOST_RECORDS || bytes > MOST_BYTES) {
        break;
      }
      next.stage = Stage.TAKEN;
      group.add(waiting.remove());
    }
    return group;
  }

  private static long bytes(WriteBatch batch) {
    long bytes = 0;
    for (Write write : batch.writes()) {
      bytes += write instanceof Write.Put put ? put.payload().size() : 0;
    }
    return bytes;
  }

  private void write(List<Pending> group, List<Runnable> signals) {
    Deadline deadline = group.get(0).deadline;
    for (Pending pending : group) {
      deadline = deadline.orEarlier(pending.deadline);
    }
    List<WriteBatch> batches = new ArrayList<>();
    group.forEach(pending -> batches.add(pending.batch));
    try {
      Written written = writer.write(batches, deadline);
      signals.add(written.signals);
      List<GroupWrite.Answer> answers = written.answers;
      for (int i = 0; i < group.size(); i++) {
        group.get(i).result = answers.get(i).result();
        group.get(i).failure = answers.get(i).refusal();
      }
    } catch (DatabrokerException failure) {
      group.forEach(pending -> pending.failure = failure);
    } catch (RuntimeException | Error failure) {
      group.forEach(
          pending -> pending.failure = new IllegalStateException("the write failed", failure));
      throw failure;
    }
  }

  /** Wakes the group, and lets the first of the waiting callers write next. */
  private void finish(List<Pending> group, long start) {
    Pending next = end(group, start);
    group.subList(1, group.size()).forEach(Pending::wake); // all but this caller
    if (next != null) {
      next.wake();
    }
  }

  /** Ends a transaction; returns the caller that writes next, if any. */
  private synchronized @Nullable Pending end(List<Pending> group, long start) {
    gathering.begin(given, group.size(), start, nanoTime.getAsLong());
    for (int i = group.size() - 1; i >= 0; i--) {
      Pending pending = group.get(i);
      boolean isLeftOut = pending.isLeftOut();
      if (isLeftOut) {
        pending.alone = true;
        waiting.addFirst(pending);
      }
      pending.stage = isLeftOut ? Stage.WAITING : Stage.DONE;
    }
    Pending next = waiting.poll();
    if (next != null) {
      next.stage = Stage.LEADING;
    }
    leader = next;
    return next;
  }
}

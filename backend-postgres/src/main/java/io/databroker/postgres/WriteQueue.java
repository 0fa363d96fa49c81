package io.databroker.postgres;

import io.databroker.api.DatabrokerException;
import io.databroker.api.PutResult;
import io.databroker.api.UnavailableException;
import io.databroker.api.Write;
import io.databroker.api.support.WriteBatch;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Groups concurrent batches into one transaction. A caller writes its batch at once if no other
 * caller is writing. Callers that arrive meanwhile wait; the first of them then writes all their
 * batches, except those of callers that have more than twice its time left.
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
    Stage stage = Stage.WAITING;
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
  }

  private final Writer writer;
  private final Deque<Pending> waiting = new ArrayDeque<>();
  private boolean busy;

  WriteQueue(Writer writer) {
    this.writer = writer;
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
  private synchronized boolean isLeader(Pending mine) {
    if (!busy) {
      busy = true;
      return true;
    }
    waiting.add(mine);
    boolean interrupted = false;
    try {
      while (mine.stage == Stage.WAITING || mine.stage == Stage.TAKEN) {
        boolean isOver = mine.deadline.isOver();
        if (mine.stage == Stage.WAITING && (isOver || interrupted)) {
          waiting.remove(mine);
          mine.failure =
              new UnavailableException(
                  isOver
                      ? "PostgreSQL did not begin the write in time"
                      : "the thread was interrupted before the write began",
                  null);
          return false;
        }
        try {
          // Once it has begun, the transaction ends in time by itself.
          long left = mine.stage == Stage.TAKEN ? 1_000 : millis(mine.deadline);
          wait(Math.max(1, left));
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      return mine.stage == Stage.LEADING;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static long millis(Deadline deadline) {
    return TimeUnit.NANOSECONDS.toMillis(deadline.left());
  }

  private void lead(Pending mine) {
    List<Pending> group = take(mine);
    List<Runnable> signals = new ArrayList<>();
    try {
      write(group, signals);
      if (mine.isLeftOut()) {
        write(List.of(mine), signals);
      }
    } finally {
      finish(group);
      signals.forEach(Runnable::run);
    }
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
  private synchronized void finish(List<Pending> group) {
    for (int i = group.size() - 1; i >= 0; i--) {
      Pending pending = group.get(i);
      pending.stage = pending.isLeftOut() ? Stage.WAITING : Stage.DONE;
      if (pending.isLeftOut()) {
        pending.alone = true;
        waiting.addFirst(pending);
      }
    }
    Pending next = waiting.poll();
    if (next == null) {
      busy = false;
    } else {
      next.stage = Stage.LEADING;
    }
    notifyAll();
  }
}

package io.databroker.postgres;

import io.databroker.api.DatabrokerException;
import io.databroker.api.OutcomeUnknownException;
import io.databroker.api.PutResult;
import io.databroker.api.StorageFailedException;
import io.databroker.api.StorageFullException;
import io.databroker.api.UnavailableException;
import io.databroker.api.Write;
import io.databroker.api.support.Gathering;
import io.databroker.api.support.WriteBatch;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Groups concurrent batches into one transaction. A caller writes its batch at once if no other
 * caller is writing. Callers that arrive meanwhile wait; the first of them then writes all their
 * batches, except those of callers that have more than twice its time left. Before it writes, it
 * waits briefly for the callers of the last transaction ({@link Gathering}).
 *
 * <p>A batch that the writer leaves out of a group is written alone.
 *
 * <p>A caller that fails, even with an Error, passes its turn on. The steps that the others need
 * then allocate nothing, because the heap may be full.
 */
final class WriteQueue {
  private static final int MOST_RECORDS = 10_000;
  private static final long MOST_BYTES = 16L << 20;

  /** Writes a group of batches. One of several batches may be left out, but never the only one. */
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
    final int records;
    final long bytes;
    final Deadline deadline;
    final Thread caller = Thread.currentThread();

    /** The batches of this caller's turn to write, its own first. */
    final List<Pending> group = new ArrayList<>();

    /** The signals after this caller's turn. */
    final List<Runnable> signals = new ArrayList<>();

    volatile Stage stage = Stage.WAITING;
    boolean alone;
    boolean isBegun;
    boolean isLeftOut;
    @Nullable PutResult result;
    @Nullable Throwable refusal;
    @Nullable Throwable failure;

    /** True if the thread of another caller met the failure. */
    boolean isOfAnother;

    /** Reads the batch before the caller enters the queue, where a failure would concern others. */
    Pending(WriteBatch batch, Deadline deadline) {
      this.batch = batch;
      this.deadline = deadline;
      this.records = batch.writes().size();
      long sum = 0;
      for (Write write : batch.writes()) {
        sum += write instanceof Write.Put put ? put.payload().size() : 0;
      }
      this.bytes = sum;
      group.add(this);
    }

    /** Takes an answer; a batch that is left out of its own transaction has none. */
    void take(GroupWrite.Answer answer, boolean isSingle) {
      result = answer.result();
      refusal = answer.refusal();
      isLeftOut = answer.equals(GroupWrite.Answer.LEFT_OUT) && !isSingle;
    }

    /** Called on the thread of the caller that writes the group. */
    void fail(Throwable why) {
      if (result == null && refusal == null && !isLeftOut) {
        failure = why;
        isOfAnother = caller != Thread.currentThread();
      }
    }

    /** Returns the result to the caller, on whose thread all exceptions of the queue are made. */
    PutResult answer() {
      if (refusal instanceof Error error) {
        throw error;
      }
      if (refusal instanceof RuntimeException exception) {
        throw exception;
      }
      if (failure instanceof DatabrokerException exception) {
        throw isOfAnother ? own(exception) : exception;
      }
      if (failure != null || result == null) {
        String problem =
            "the write " + (failure == null ? "got no answer" : "failed with " + failure);
        throw isBegun
            ? new OutcomeUnknownException(problem, failure)
            : new UnavailableException(problem, failure);
      }
      return result;
    }

    /**
     * Returns a copy for this caller: callers that share an exception would see each other's
     * suppressed exceptions, and a foreign stack trace. On a full heap it returns the shared one.
     */
    private static DatabrokerException own(DatabrokerException shared) {
      try {
        return copy(shared);
      } catch (OutOfMemoryError | StackOverflowError full) {
        return shared;
      }
    }

    private static DatabrokerException copy(DatabrokerException shared) {
      if (shared instanceof UnavailableException same) {
        return new UnavailableException(same);
      } else if (shared instanceof OutcomeUnknownException same) {
        return new OutcomeUnknownException(same);
      } else if (shared instanceof StorageFullException same) {
        return new StorageFullException(same);
      } else if (shared instanceof StorageFailedException same) {
        return new StorageFailedException(same);
      }
      return shared;
    }

    void wake() {
      LockSupport.unpark(caller);
    }
  }

  /** Frames of {@link #checkStack}; they take more room than the calls of {@link #leave}. */
  private static final int FRAMES = 200;

  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private final Writer writer;
  private final LongSupplier nanoTime;

  /**
   * The callers in the order of their turns, without the leader. A failed insertion on a full heap
   * leaves a linked list intact, but may damage an ArrayDeque.
   */
  @SuppressWarnings("JdkObsolete")
  private final Deque<Pending> waiting = new LinkedList<>();

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
    checkStack(FRAMES);
    Pending mine = new Pending(batch, deadline);
    try {
      if (isLeader(mine)) {
        lead(mine);
      }
    } finally {
      leave(mine);
    }
    signal(mine);
    return mine.answer();
  }

  /**
   * Checks that the stack has room for a caller that passes its turn on. Without room, the stack
   * overflows now, when that harms nobody.
   */
  private static int checkStack(int frames) {
    return frames == 0 ? 0 : 1 + checkStack(frames - 1);
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
    Pending writing = leader;
    if (writing == null) {
      given++;
      mine.stage = Stage.LEADING;
      leader = mine;
      return true;
    }
    waiting.add(mine);
    given++;
    if (gathering.endsWith(given)) {
      writing.wake();
    }
    return false;
  }

  /** Leaves the queue, unless the batch is being written. */
  private synchronized boolean leaves(Pending mine) {
    if (mine.stage != Stage.WAITING) {
      return false;
    }
    waiting.remove(mine);
    mine.stage = Stage.DONE;
    return true;
  }

  private void lead(Pending mine) {
    List<Pending> group = mine.group;
    try {
      if (!mine.alone) {
        gather();
      }
      long start = nanoTime.getAsLong();
      if (!mine.alone) {
        take(mine);
      }
      write(group, mine.signals);
      if (mine.isLeftOut) {
        mine.isLeftOut = false;
        write(List.of(mine), mine.signals);
      }
      gatherNext(group.size(), start);
    } catch (RuntimeException | Error failure) {
      for (int i = 0; i < group.size(); i++) {
        group.get(i).fail(failure);
      }
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

  private synchronized void gatherNext(int released, long start) {
    gathering.begin(given, released, start, nanoTime.getAsLong());
  }

  /** Takes the batches to write with the leader's; they keep their places until they are done. */
  private synchronized void take(Pending mine) {
    int records = mine.records;
    long bytes = mine.bytes;
    for (Pending next : waiting) {
      if (next.alone) {
        break;
      }
      if (next.deadline.left() / 2 > mine.deadline.left()) {
        break; // the group ends by the first deadline in it, too soon for this caller
      }
      records += next.records;
      bytes += next.bytes;
      if (records > MOST_RECORDS || bytes > MOST_BYTES) {
        break;
      }
      mine.group.add(next);
      next.stage = Stage.TAKEN;
    }
  }

  private void write(List<Pending> group, List<Runnable> signals) {
    Deadline deadline = group.get(0).deadline;
    for (Pending pending : group) {
      deadline = deadline.orEarlier(pending.deadline);
    }
    List<WriteBatch> batches = new ArrayList<>();
    group.forEach(pending -> batches.add(pending.batch));
    group.forEach(pending -> pending.isBegun = true);
    try {
      Written written = writer.write(batches, deadline);
      signals.add(written.signals);
      for (int i = 0; i < group.size(); i++) {
        group.get(i).take(written.answers.get(i), group.size() == 1);
      }
    } catch (DatabrokerException failure) {
      group.forEach(pending -> pending.fail(failure));
    }
  }

  /** Passes the turn on if the caller has it, and wakes those that it wrote for. */
  private void leave(Pending mine) {
    if (mine.stage == Stage.DONE || leaves(mine) || mine.stage != Stage.LEADING) {
      return;
    }
    Pending next = end(mine);
    for (int i = 1; i < mine.group.size(); i++) {
      mine.group.get(i).wake();
    }
    if (next != null) {
      next.wake();
    }
  }

  /** Ends a turn; returns the caller that writes next, if any. */
  private synchronized @Nullable Pending end(Pending mine) {
    for (int i = 1; i < mine.group.size(); i++) {
      Pending pending = mine.group.get(i);
      if (pending.isLeftOut) {
        pending.isLeftOut = false;
        pending.alone = true;
        pending.stage = Stage.WAITING;
      } else {
        waiting.remove(pending);
        pending.stage = Stage.DONE;
      }
    }
    mine.stage = Stage.DONE;
    Pending next = waiting.poll();
    if (next != null) {
      next.stage = Stage.LEADING;
    }
    leader = next;
    return next;
  }

  /** Runs the signals of a turn; by now, another caller may have the turn. */
  private static void signal(Pending mine) {
    for (Runnable each : mine.signals) {
      try {
        each.run();
      } catch (RuntimeException | Error failure) {
        mine.failure = failure;
      }
    }
  }
}

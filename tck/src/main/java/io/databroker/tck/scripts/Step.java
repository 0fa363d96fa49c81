package io.databroker.tck.scripts;

import io.databroker.api.Selection;
import io.databroker.api.TypeOptions;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Step of a script. Steps name versions, tokens and open feeds by their role ("the live version",
 * "the third feed"), so that a script stays valid without some of its steps.
 */
sealed interface Step {

  /** The condition of a write. */
  enum When {
    ALWAYS,
    ABSENT,
    LIVE,
    STALE,
    ZERO
  }

  /** The place at which a feed is opened. */
  enum From {
    BEGIN,
    END,
    MIDDLE,
    ZERO,
    FUTURE,
    TRIMMED,
    FORMER_HISTORY,
    FORMER_FUTURE
  }

  /** A write of a batch; a null payload deletes. */
  record W(String type, String id, @Nullable String payload, When when) {}

  record Put(List<W> writes) implements Step {}

  /** Puts or deletes a number of records with numbered ids, in batches of a given size. */
  record Many(String type, String prefix, int count, int batch, boolean delete) implements Step {}

  /** Puts or deletes a record of each of a number of numbered types, in one batch after another. */
  record ManyTypes(String prefix, int count, int batch, boolean delete) implements Step {}

  /**
   * Puts and deletes numbered records of a type in one wide batch, every third a delete, some of
   * them twice.
   *
   * @param count the number of writes
   * @param ids the number of different ids
   * @param last the condition of the last write
   */
  record Wide(String type, int count, int ids, When last) implements Step {}

  /**
   * Puts a batch in which the write at {@code place} has a payload that the extraction function
   * rejects.
   */
  record Rejected(List<W> writes, int place) implements Step {}

  /**
   * A restored record; a null payload is a delete. Its time is the given number of nanoseconds from
   * now.
   */
  record R(String type, String id, @Nullable String payload, long nanos) {}

  record Restore(List<R> records) implements Step {}

  record Get(String type, String id) implements Step {}

  record ListTypes() implements Step {}

  record ReadOptions() implements Step {}

  record SetOptions(String type, TypeOptions options) implements Step {}

  record OpenSnapshot(Selection selection) implements Step {}

  record ReadSnapshot(int which) implements Step {}

  record CloseSnapshot(int which) implements Step {}

  record OpenFeed(From from, @Nullable String type) implements Step {}

  /** Step that uses one of the open feeds. */
  sealed interface OfFeed extends Step {
    /** Returns the number of the feed; -1 is the one that was opened last. */
    int which();
  }

  record Poll(int which) implements OfFeed {}

  /** Polls to the end. */
  record Drain(int which) implements OfFeed {}

  record OnReady(int which) implements OfFeed {}

  record CloseFeed(int which) implements OfFeed {}

  record Acquire(String name, Duration duration) implements Step {}

  /** Renews by the last token of a name, or by a stale one. */
  record Renew(String name, boolean stale, Duration duration) implements Step {}

  record Release(String name, boolean stale) implements Step {}

  record Expire() implements Step {}

  /** Trims at the time of one of the batches plus a number of nanoseconds. */
  record Trim(int which, long nanos) implements Step {}

  record Clear() implements Step {}

  record SetCheckpoint(long serverVersion, long recordVersion) implements Step {}

  record Turn(Duration by) implements Step {}

  record Reopen() implements Step {}

  /** Tries to change a list that was handed out. */
  record Mutate(int how) implements Step {}

  /** Interrupts the thread before the next call. */
  record Interrupt() implements Step {}
}

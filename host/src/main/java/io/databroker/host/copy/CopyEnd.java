package io.databroker.host.copy;

import io.databroker.api.Changes;
import io.databroker.api.Checkpoint;
import io.databroker.api.HistoryReplacedException;
import io.databroker.api.HistoryTrimmedException;
import io.databroker.api.InvalidArgumentException;
import io.databroker.api.LimitExceededException;
import io.databroker.api.Position;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Versions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Store to copy from or to. Its methods fail with the errors of a backend. */
public interface CopyEnd extends AutoCloseable {

  /**
   * Reads all records that are live at one version.
   *
   * @param records receives each record once, in any order
   * @return the version and the other contents of the store
   */
  StoreContents read(Consumer<StoredRecord> records);

  /** Returns whether there is a live record of the given key. */
  boolean has(String type, String id);

  /** Returns the history and its bounds. */
  Versions versions();

  /**
   * Opens a feed of all changes after a position.
   *
   * @throws HistoryReplacedException if the store has another history
   * @throws HistoryTrimmedException if changes after the position were trimmed
   */
  Feed changes(Position from);

  /** Removes everything and begins a new history. */
  void clear();

  /**
   * Checks that {@link #restore} would accept a record, as far as the limits are known. A copy
   * calls it before it removes anything.
   *
   * @throws LimitExceededException if the record is too large for this store
   * @throws InvalidArgumentException if this store cannot hold such a payload
   */
  void check(StoredRecord record);

  /**
   * Checks that {@link #setOptions} would accept options, as far as that is known before. A copy
   * asks before it removes anything; by default, this store accepts all.
   *
   * @throws LimitExceededException if a name is too long for this store
   */
  default void check(String type, TypeOptions options) {}

  /** Applies a batch and keeps the times of its records (RESTORE-1 to RESTORE-5). */
  void restore(List<StoredRecord> batch);

  /** Returns whether {@link #restore} failed because the batch, or a record of it, is too large. */
  default boolean isOverLimit(RuntimeException failure) {
    return failure instanceof LimitExceededException;
  }

  /** Returns the options of each type that has any. */
  Map<String, TypeOptions> options();

  /** Replaces the options of a type. */
  void setOptions(String type, TypeOptions options);

  /** Returns the checkpoint. */
  Checkpoint checkpoint();

  /** Replaces the checkpoint. */
  void setCheckpoint(Checkpoint checkpoint);

  /** Returns the largest number of records in a batch of {@link #restore}. */
  int batchRecords();

  /** Returns the largest number of payload bytes in a batch of {@link #restore}. */
  long batchBytes();

  /** Releases this end; idempotent. */
  @Override
  void close();

  /** Feed of changes that waits. */
  interface Feed extends AutoCloseable {

    /**
     * Returns the next changes, or null if none came within that time.
     *
     * @throws InterruptedException if the thread is interrupted while it waits
     */
    @Nullable Changes next(Duration patience) throws InterruptedException;

    /** Ends the feed; idempotent. */
    @Override
    void close();
  }
}

package io.databroker.api;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A store of versioned, typed records: one sequence of versions over all types, a change feed that
 * replays the writes in order, and leases that elect holders.
 *
 * <p><b>Thread-safety:</b> every method may be called by any number of threads at once. All
 * operations on records and options together are linearizable.
 *
 * <p><b>Arguments</b> are checked once for all backends by {@link CheckedBackend}, which the host
 * and the compatibility kit put in front of every backend; a backend may rely on it (ARG-1).
 *
 * <p><b>Time limit:</b> a call ends within {@link BackendContext#callTimeout()}, by an error if
 * need be. {@link #setOptions}, {@link #expire}, {@link #trim} and {@link #clear} may take as long
 * as the work that they are given.
 *
 * <p><b>Interrupts:</b> a call that waits for nothing ignores them. One that waits for its engine
 * may end early with {@link UnavailableException} or {@link OutcomeUnknownException}; the thread's
 * interrupt flag stays set (ERR-4).
 *
 * <p><b>Errors of every method</b> but {@link #state}: {@link ClosedException} after {@link
 * #close}; on an engine that can be away, {@link UnavailableException} (not applied, try again)
 * and, of methods that write, {@link OutcomeUnknownException} (it may or may not take effect); on a
 * backend with files or a fixed size, {@link StorageFullException} and {@link
 * StorageFailedException}.
 *
 * <p>Versions are unsigned 64-bit numbers; compare them with {@link Long#compareUnsigned}.
 */
public interface Backend extends AutoCloseable {

  /**
   * The history's name, and the first and the last version that its feed holds (VER-1 to VER-5).
   */
  Versions versions();

  /**
   * Applies a batch, all or nothing (PUT-1 to PUT-10).
   *
   * @param batch at least one write; the same key may come more than once
   * @return each record as stored, in the order of the batch; a delete of what was absent answers a
   *     deleted record of version 0
   * @throws ConditionFailedException if a condition does not hold; nothing was applied
   * @throws InvalidArgumentException if the extraction function refuses a payload
   */
  PutResult put(List<Write> batch);

  /**
   * The live record of that key, or null (GET-1). A key that could not have been stored, such as
   * one with a lone surrogate, may reach the backend, and is absent (GET-2).
   */
  @Nullable StoredRecord get(String type, String id);

  /**
   * The types with at least one live record, sorted by Unicode code point; unmodifiable, and never
   * changing (LIST-1 to LIST-5).
   */
  List<String> listTypes();

  /**
   * The selected records that are live at one version, with that version and the options in force
   * (SNAP-1 to SNAP-5, INDEX-1 to INDEX-6). Close it when done.
   */
  Snapshot snapshot(Selection selection);

  /**
   * A feed of the changes after {@code from} (FEED-1 to FEED-13). Close it when done.
   *
   * @param type the only type to be told of, or null for all
   * @throws HistoryReplacedException if {@code from} names another history
   * @throws HistoryTrimmedException if what follows {@code from} is no longer held
   * @throws FutureVersionException if {@code from} is later than the last version
   */
  ChangeFeed changes(Position from, @Nullable String type);

  /**
   * The options of each type that has some; an unmodifiable map that never changes, in code point
   * order of the types (OPT-1).
   */
  Map<String, TypeOptions> options();

  /**
   * Replaces the options of a type whole; {@link TypeOptions#NONE} removes them. When it returns,
   * what exceeds a capacity has been evicted, and an indexed field can be looked up (OPT-1 to
   * OPT-3, CAP-1 to CAP-6, INDEX-4).
   *
   * @throws InvalidArgumentException if the extraction function refuses a stored payload; the
   *     options stay as they were
   */
  void setOptions(String type, TypeOptions options);

  /**
   * Takes the lease of that name if nobody holds it (LEASE-1 to LEASE-8).
   *
   * @param duration how long it is held unless renewed; positive
   * @return the lease, or null while another holding lasts
   */
  @Nullable Lease acquireLease(String name, Duration duration);

  /**
   * Sets the end of a holding to {@code duration} from now, if {@code token} still holds the name.
   *
   * @return the lease with its new end and the same token, or null if that holding has ended
   */
  @Nullable Lease renewLease(String name, long token, Duration duration);

  /**
   * Ends a holding at once.
   *
   * @return whether {@code token} held the name until now; if not, nothing has changed
   */
  boolean releaseLease(String name, long token);

  /**
   * Deletes, of each type with a TTL, what was last written before the cutoff: now less the TTL
   * (TTL-1 to TTL-4).
   *
   * @return how many records were deleted
   */
  long expire();

  /**
   * Drops the longest stretch of history, from its beginning, whose changes are all older than
   * {@code before}; no record, option or lease is touched (TRIM-1 to TRIM-3).
   *
   * @return how many changes were dropped
   */
  long trim(Instant before);

  /**
   * Removes records, options, indexes, history and checkpoint, and begins a new history; leases and
   * the sequence of versions go on (CLEAR-1 to CLEAR-5).
   */
  ClearResult clear();

  /** The follower's checkpoint, or {@link Checkpoint#NONE} (CHECK-1). */
  Checkpoint checkpoint();

  /** Replaces the follower's checkpoint. */
  void setCheckpoint(Checkpoint checkpoint);

  /**
   * Returns whether this backend serves, and if not fully, why not (STATE-1, STATE-2). It never
   * fails and never waits, and may be called at any time, also after {@link #close}. A backend that
   * cannot lose its storage while it is open keeps this default.
   */
  default BackendState state() {
    return BackendState.SERVING;
  }

  /**
   * Ends every feed and snapshot, wakes every waiter, and frees what the backend holds. Idempotent;
   * it may be called while other threads are inside other methods, which then end normally or with
   * {@link ClosedException} (CLOSE-1 to CLOSE-4).
   */
  @Override
  void close();
}

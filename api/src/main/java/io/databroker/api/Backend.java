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
 * <p><b>Thread-safety:</b> every method may be called by any number of threads at the same time.
 * All operations on records and options together are linearizable.
 *
 * <p><b>Arguments:</b> the host and the compatibility kit put {@link CheckedBackend} in front of
 * every backend, so an implementation may rely on its checks (ARG-1).
 *
 * <p><b>Time limit:</b> a call returns or fails within {@link BackendContext#callTimeout()}. Only
 * {@link #setOptions}, {@link #expire}, {@link #trim} and {@link #clear} may take longer, in
 * proportion to their work.
 *
 * <p><b>Interrupts:</b> a call that does not wait ignores an interrupt. A call that waits for its
 * engine may fail early with {@link UnavailableException} or {@link OutcomeUnknownException}. The
 * interrupt flag of the thread stays set (ERR-4).
 *
 * <p><b>Errors of every method</b> but {@link #state}: {@link ClosedException} after {@link
 * #close}; if the engine can be unreachable, {@link UnavailableException} (not applied, try again)
 * and, from methods that write, {@link OutcomeUnknownException} (may or may not take effect); if
 * the backend has files or a fixed size, {@link StorageFullException} and {@link
 * StorageFailedException}.
 *
 * <p>Versions are unsigned 64-bit numbers; compare them with {@link Long#compareUnsigned}.
 */
public interface Backend extends AutoCloseable {

  /**
   * Returns the name of the history, and the first and last version that its feed holds (VER-1 to
   * VER-5).
   */
  Versions versions();

  /**
   * Applies a batch, completely or not at all (PUT-1 to PUT-12).
   *
   * @param batch at least one write; a key may occur more than once
   * @return each record as stored, in the order of the batch; for a delete of an absent record, a
   *     deleted record with version 0
   * @throws ConditionFailedException if a condition does not hold; nothing was applied
   * @throws InvalidArgumentException if the extraction function rejects a payload
   */
  PutResult put(List<Write> batch);

  /**
   * Applies records of another store as one batch. A deleted record is a delete, any other a put;
   * each keeps its time, and each change takes the next version (RESTORE-1 to RESTORE-5). Begin
   * with {@link #clear}, so that readers learn of the new history.
   *
   * @param batch at least one record, in the order of their writes; their versions are ignored
   * @return each record as stored, as {@link #put} returns it
   * @throws InvalidArgumentException if a time is before 1970 or after the year 9999, or the
   *     extraction function rejects a payload
   * @throws UnsupportedException from a backend without the capability {@link Capability#RESTORE},
   *     as this default does
   */
  default PutResult restore(List<StoredRecord> batch) {
    throw new UnsupportedException(Capability.RESTORE);
  }

  /**
   * Returns the live record of the given key, or null (GET-1). A key that could not have been
   * stored, such as one with a lone surrogate, may reach the backend, and is absent (GET-2).
   */
  @Nullable StoredRecord get(String type, String id);

  /**
   * Returns the types that have at least one live record, sorted by Unicode code point. The list is
   * unmodifiable and never changes (LIST-1 to LIST-5).
   */
  List<String> listTypes();

  /**
   * Takes a snapshot: the selected records that are live at one version, with that version and the
   * options (SNAP-1 to SNAP-8, INDEX-1 to INDEX-7). The caller closes it.
   */
  Snapshot snapshot(Selection selection);

  /**
   * Opens a feed of the changes after {@code from} (FEED-1 to FEED-18). The caller closes it.
   *
   * @param type the type whose changes to deliver, or null for all types
   * @throws HistoryReplacedException if {@code from} names another history
   * @throws HistoryTrimmedException if changes after {@code from} were trimmed
   * @throws FutureVersionException if {@code from} is after the last version
   */
  ChangeFeed changes(Position from, @Nullable String type);

  /**
   * Returns the options of each type that has any, in code point order of the types. The map is
   * unmodifiable and never changes (OPT-1).
   */
  Map<String, TypeOptions> options();

  /**
   * Replaces all options of a type; {@link TypeOptions#NONE} removes them. When it returns, records
   * over the capacity have been evicted, and look-ups by the indexed fields work (OPT-1 to OPT-3,
   * CAP-1 to CAP-6, INDEX-4).
   *
   * @throws InvalidArgumentException if the extraction function rejects a stored payload; the
   *     options stay unchanged
   */
  void setOptions(String type, TypeOptions options);

  /**
   * Acquires a lease if nobody holds it (LEASE-1 to LEASE-9).
   *
   * @param duration time until the holding ends, unless it is renewed; positive
   * @return the lease, or null while another holding lasts
   */
  @Nullable Lease acquireLease(String name, Duration duration);

  /**
   * Renews a holding: it ends {@code duration} from now. Does nothing unless {@code token} holds
   * the name (LEASE-3 to LEASE-5).
   *
   * @return the lease with its new end and the same token, or null if {@code token} does not hold
   *     the name
   */
  @Nullable Lease renewLease(String name, long token, Duration duration);

  /**
   * Releases a lease at once, if {@code token} holds it (LEASE-5, LEASE-6).
   *
   * @return whether {@code token} held the name; if not, nothing has changed
   */
  boolean releaseLease(String name, long token);

  /**
   * Deletes, in each type with a TTL, the records last written before now minus the TTL (TTL-1 to
   * TTL-4).
   *
   * @return the number of deleted records
   */
  long expire();

  /**
   * Removes changes from the beginning of the history, up to the first batch whose time is not
   * before {@code before}. Records, options and leases are not touched (TRIM-1 to TRIM-3).
   *
   * @return the number of removed changes
   */
  long trim(Instant before);

  /**
   * Removes records, options, indexes, history and checkpoint, and begins a new history. Leases
   * stay and the sequence of versions continues (CLEAR-1 to CLEAR-5).
   */
  ClearResult clear();

  /** Returns the checkpoint of the follower, or {@link Checkpoint#NONE} (CHECK-1). */
  Checkpoint checkpoint();

  /** Replaces the checkpoint of the follower. */
  void setCheckpoint(Checkpoint checkpoint);

  /**
   * Returns numbers about this backend for metrics, by stable names in lower case such as {@code
   * history.trimmed.early}; each backend chooses its numbers. It waits for nothing.
   */
  default Map<String, Long> counters() {
    return Map.of();
  }

  /**
   * Returns whether this backend serves all calls, and otherwise the reason (STATE-1, STATE-2). It
   * never fails and never waits, and may be called at any time, also after {@link #close}. A
   * backend that cannot lose its storage while it is open keeps this default.
   */
  default BackendState state() {
    return BackendState.SERVING;
  }

  /**
   * Ends every feed and snapshot, wakes every waiter, and frees all resources. Idempotent. Calls in
   * progress on other threads end normally or with {@link ClosedException} (CLOSE-1 to CLOSE-4).
   */
  @Override
  void close();
}

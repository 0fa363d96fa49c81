package io.databroker.api;

import java.util.Iterator;
import java.util.Map;

/**
 * The selected records that are live at one version, unaffected by later writes (SNAP-1 to SNAP-8).
 *
 * <p><b>Thread-safety:</b> any thread may use a snapshot; one thread at a time uses an iterator.
 */
public interface Snapshot extends AutoCloseable {

  /** Returns the position of the snapshot; a feed opened there delivers the changes after it. */
  Position position();

  /**
   * Returns the options of each type that has any, at the version of the snapshot; unmodifiable.
   */
  Map<String, TypeOptions> options();

  /**
   * Iterates over the records, each once, in any order. Each call starts from the beginning. The
   * iterator does not support {@code remove}.
   *
   * @throws SnapshotExpiredException here or from the iterator, if the backend can no longer hold
   *     the snapshot
   * @throws ClosedException here or from the iterator, after the snapshot or the backend was closed
   */
  Iterator<StoredRecord> records();

  /** Frees the resources of the snapshot; idempotent. */
  @Override
  void close();
}

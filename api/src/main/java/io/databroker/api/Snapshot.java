package io.databroker.api;

import java.util.Iterator;
import java.util.Map;

/**
 * The selected records that are live at one version, unaffected by later writes (SNAP-1 to SNAP-5).
 *
 * <p>One that is kept open beyond what the backend can hold ends with {@link
 * SnapshotExpiredException}, never with wrong records.
 *
 * <p><b>Thread-safety:</b> any thread may use it, one iterator by one thread at a time.
 */
public interface Snapshot extends AutoCloseable {

  /** The history that it was taken of, and the version at which: where a feed goes on from it. */
  Position position();

  /** The options of each type that has some, in force when it was taken; unmodifiable. */
  Map<String, TypeOptions> options();

  /**
   * A pass over the records, each once, in any order; each call begins anew. It does not remove.
   *
   * @throws SnapshotExpiredException here or from the iterator, if it can no longer be told what
   *     was live at that version
   * @throws ClosedException here or from the iterator, after this or the backend was closed
   */
  Iterator<StoredRecord> records();

  /** Frees what it holds; idempotent. */
  @Override
  void close();
}

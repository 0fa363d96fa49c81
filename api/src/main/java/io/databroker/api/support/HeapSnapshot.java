package io.databroker.api.support;

import io.databroker.api.ClosedException;
import io.databroker.api.Position;
import io.databroker.api.Snapshot;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import java.util.Iterator;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Snapshot of immutable records on the heap: it holds no resource and never expires.
 *
 * <p><b>Thread-safety:</b> any thread may call any method at any time; an iterator is for one
 * thread.
 */
public final class HeapSnapshot implements Snapshot {
  private final Position position;
  private final Map<String, TypeOptions> options;
  private final Runnable checkOpen;

  /** Null when closed. */
  private volatile @Nullable Iterable<StoredRecord> records;

  /**
   * Creates a snapshot.
   *
   * @param position the instant of the snapshot
   * @param options the options at that instant; the map must never change
   * @param records the selected records; iterating must return the same ones each time
   * @param checkOpen throws {@link ClosedException} once the backend is closed; any thread calls
   *     it, with no lock held
   */
  public HeapSnapshot(
      Position position,
      Map<String, TypeOptions> options,
      Iterable<StoredRecord> records,
      Runnable checkOpen) {
    this.position = position;
    this.options = options;
    this.records = records;
    this.checkOpen = checkOpen;
  }

  @Override
  public Position position() {
    return position;
  }

  @Override
  public Map<String, TypeOptions> options() {
    return options;
  }

  @Override
  public Iterator<StoredRecord> records() {
    Iterator<StoredRecord> iterator = open().iterator();
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        open();
        return iterator.hasNext();
      }

      @Override
      public StoredRecord next() {
        open();
        return iterator.next();
      }
    };
  }

  private Iterable<StoredRecord> open() {
    Iterable<StoredRecord> now = records;
    if (now == null) {
      throw new ClosedException("snapshot");
    }
    checkOpen.run();
    return now;
  }

  @Override
  public void close() {
    records = null;
  }
}

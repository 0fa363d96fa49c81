package io.databroker.api.support;

import io.databroker.api.Position;
import io.databroker.api.Snapshot;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import java.util.Iterator;
import java.util.Map;
import java.util.Objects;

/**
 * Snapshot that passes each call on to another snapshot. A decorator extends it and overrides the
 * methods that it changes.
 *
 * <p><b>Thread-safety:</b> as the snapshot behind it.
 */
public class ForwardingSnapshot implements Snapshot {
  private final Snapshot snapshot;

  /**
   * Creates a snapshot that passes each call on to the given snapshot; closing it also closes the
   * given snapshot.
   */
  protected ForwardingSnapshot(Snapshot snapshot) {
    this.snapshot = Objects.requireNonNull(snapshot, "snapshot");
  }

  @Override
  public Position position() {
    return snapshot.position();
  }

  @Override
  public Map<String, TypeOptions> options() {
    return snapshot.options();
  }

  @Override
  public Iterator<StoredRecord> records() {
    return snapshot.records();
  }

  @Override
  public void close() {
    snapshot.close();
  }
}

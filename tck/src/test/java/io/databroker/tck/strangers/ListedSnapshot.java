package io.databroker.tck.strangers;

import io.databroker.api.Snapshot;
import io.databroker.api.StoredRecord;
import io.databroker.api.support.ForwardingSnapshot;
import java.util.Iterator;
import java.util.List;

/** A snapshot that returns other records; closing it closes the snapshot behind it. */
final class ListedSnapshot extends ForwardingSnapshot {
  private final List<StoredRecord> records;

  ListedSnapshot(Snapshot inner, List<StoredRecord> records) {
    super(inner);
    this.records = List.copyOf(records);
  }

  @Override
  public Iterator<StoredRecord> records() {
    Iterator<StoredRecord> closable = super.records();
    Iterator<StoredRecord> listed = records.iterator();
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        boolean unread = closable.hasNext(); // fails when it is closed
        return listed.hasNext() || (unread && listed.hasNext());
      }

      @Override
      public StoredRecord next() {
        return hasNext() ? listed.next() : closable.next();
      }
    };
  }
}

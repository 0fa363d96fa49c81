package io.databroker.server.rpc;

import io.databroker.api.StoredRecord;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Cache of the encoded messages of the latest changes, which all watchers share. It holds a
 * thousand messages of at most about 4 KiB each; others are made for each watcher.
 *
 * <p><b>Thread-safety:</b> safe.
 */
final class ToldChanges {
  private static final int PLACES = 1 << 10;

  private record Told(long history, long version, Encoded message) {}

  private final AtomicReferenceArray<@Nullable Told> places = new AtomicReferenceArray<>(PLACES);

  /** Returns the message of a change, identified by its history and version. */
  Encoded message(long history, StoredRecord record) {
    int place = (int) record.version() & (PLACES - 1);
    Told told = places.getAcquire(place);
    if (told != null && told.version == record.version() && told.history == history) {
      return told.message;
    }
    Encoded made = EncodedRecords.only(record);
    if (EncodedRecords.isSmall(record)) {
      places.setRelease(place, new Told(history, record.version(), made));
    }
    return made;
  }
}

package io.databroker.offheap;

import io.databroker.api.Bytes;
import io.databroker.offheap.journal.Frame;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Planned write of a batch: a put, or a delete if the payload is null. */
final class Change {
  final TypeTable table;
  final String id;
  final byte[] idBytes;
  final @Nullable Bytes payload;
  final long version;

  /** The time of the write, in microseconds. */
  final long micros;

  /** The key's newest version before this one, live or not; 0 if it is not in the key index. */
  final long previous;

  /** True if the key was not in the key index before the batch. */
  final boolean fresh;

  /** Change of the number of live records. */
  int count;

  /** True if no later change of the batch has the same key. */
  boolean last = true;

  Map<String, String> values = Map.of();
  long location;
  int checksum;

  Change(
      TypeTable table,
      String id,
      byte[] idBytes,
      @Nullable Bytes payload,
      long version,
      long micros,
      long previous,
      boolean fresh) {
    this.table = table;
    this.id = id;
    this.idBytes = idBytes;
    this.payload = payload;
    this.version = version;
    this.micros = micros;
    this.previous = previous;
    this.fresh = fresh;
  }

  int size() {
    return Frame.recordSize(
        table.utf8.length, idBytes.length, payload == null ? 0 : payload.size());
  }
}

package io.databroker.offheap;

import io.databroker.api.StorageFullException;
import io.databroker.api.TypeOptions;
import io.databroker.offheap.journal.Frame;
import io.databroker.offheap.journal.SideState;
import java.util.Locale;

/** Change of a type's options: its encoding in the journal, and the resulting state. */
final class SetOptions {
  /** Heap of the options of a type without its name and fields, and of a field without its text. */
  private static final int ENTRY_BYTES = 400;

  private static final int FIELD_BYTES = 64;

  private final String type;
  private final TypeOptions options;
  final byte[] body;

  SetOptions(String type, TypeOptions options) {
    this.type = type;
    this.options = options;
    this.body = SideState.bytes(out -> SideState.write(out, type, options));
  }

  /** Returns an upper estimate of the heap that options take, in bytes. */
  static long heapBytes(String type, TypeOptions options) {
    if (options.isEmpty()) {
      return 0;
    }
    long sum = ENTRY_BYTES + 2L * type.length();
    for (String field : options.indexedFields()) {
      sum += FIELD_BYTES + 2L * field.length();
    }
    return sum;
  }

  /**
   * Checks that the options fit into the heap; only for the writer.
   *
   * @throws StorageFullException if they do not
   */
  static void checkRoom(History history, String type, TypeOptions options) {
    long more = heapBytes(type, options) - heapBytes(type, history.planned.options(type));
    if (more > 0 && history.optionBytes + more > Bounds.OPTION_BYTES) {
      throw new StorageFullException(
          String.format(
              Locale.ROOT,
              "no room for the options of type %s: the options of all types take %d bytes, and %d"
                  + " fit into this heap; index fewer fields, or give the JVM a larger heap",
              type,
              history.optionBytes,
              Bounds.OPTION_BYTES),
          null);
    }
  }

  /** Returns the size of the change in a frame, in bytes. */
  int size() {
    return Frame.bodySize(body);
  }

  /** Applies the change; the type has a table, unless its options are removed. */
  Commit apply(History history, Commit now) {
    history.optionBytes += heapBytes(type, options) - heapBytes(type, now.options(type));
    TypeTable table = history.tables.get(type);
    if (table != null) {
      table.apply(options);
      history.types.mayGo(table);
    }
    return now.withOptions(type, options);
  }
}

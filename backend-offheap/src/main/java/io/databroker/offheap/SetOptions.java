package io.databroker.offheap;

import io.databroker.api.TypeOptions;
import io.databroker.offheap.journal.Frame;
import io.databroker.offheap.journal.SideState;

/** Change of a type's options: its encoding in the journal, and the resulting state. */
final class SetOptions {
  private final String type;
  private final TypeOptions options;
  final byte[] body;

  SetOptions(String type, TypeOptions options) {
    this.type = type;
    this.options = options;
    this.body = SideState.bytes(out -> SideState.write(out, type, options));
  }

  /** Returns the size of the change in a frame, in bytes. */
  int size() {
    return Frame.bodySize(body);
  }

  Commit apply(History history, Commit now) {
    if (!options.isEmpty() || history.tables.containsKey(type)) {
      TypeTable table = history.table(type);
      table.apply(options);
      history.types.mayGo(table);
    }
    return now.withOptions(type, options);
  }
}

package io.databroker.offheap;

import io.databroker.api.TypeOptions;
import io.databroker.offheap.journal.Frame;
import io.databroker.offheap.journal.SideState;

/** The options that a type gets: their form in the journal, and what then holds. */
final class SetOptions {
  private final String type;
  private final TypeOptions options;
  final byte[] body;

  SetOptions(String type, TypeOptions options) {
    this.type = type;
    this.options = options;
    this.body = SideState.bytes(out -> SideState.write(out, type, options));
  }

  /** The bytes that it takes in a frame. */
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

package io.databroker.tck.history;

import io.databroker.api.FieldExtractor;
import io.databroker.api.StoredRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The changes that a feed must deliver if operations took effect in a given order. */
final class Replay {

  /**
   * Changes of one operation.
   *
   * @param changes the changes, without their times
   * @param whole whether they form one batch; otherwise they may form several
   */
  record Entry(List<StoredRecord> changes, boolean whole) {}

  private final Map<Long, List<Entry>> histories = new HashMap<>();

  /** Replays the operations in that order. */
  Replay(History history, List<Operation> order, FieldExtractor extractor) {
    Model model = new Model(history.start(), extractor);
    for (Operation operation : order) {
      if (!operation.onlyReads() && model.allows(operation) && !model.changes().isEmpty()) {
        histories
            .computeIfAbsent(model.serverVersion(), none -> new ArrayList<>())
            .add(new Entry(List.copyOf(model.changes()), !mayBeSeveral(operation)));
      }
    }
  }

  /** Returns whether the changes of the write may be delivered in several batches (CAP-5). */
  static boolean mayBeSeveral(Operation write) {
    return write.call() instanceof Call.SetOptions;
  }

  List<Entry> of(long serverVersion) {
    return histories.getOrDefault(serverVersion, List.of());
  }
}

package io.databroker.tck.history;

import io.databroker.api.FieldExtractor;
import io.databroker.api.StoredRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a feed must tell of operations that took effect in an order.
 *
 * <p><b>Thread-safety:</b> immutable after it was made.
 */
public final class Replay {

  /**
   * The changes of one operation.
   *
   * <p><b>Thread-safety:</b> immutable.
   *
   * @param changes what it wrote, but for the times
   * @param whole whether they are one batch; else they may be several
   */
  record Entry(List<StoredRecord> changes, boolean whole) {}

  private final Map<Long, List<Entry>> histories = new HashMap<>();

  /** Takes effect of the operations in that order. */
  public Replay(History history, List<Operation> order, FieldExtractor extractor) {
    Model model = new Model(history.start(), extractor);
    for (Operation operation : order) {
      if (!operation.onlyReads() && model.allows(operation) && !model.changes().isEmpty()) {
        histories
            .computeIfAbsent(model.serverVersion(), none -> new ArrayList<>())
            .add(new Entry(List.copyOf(model.changes()), !mayBeSeveral(operation)));
      }
    }
  }

  /** Whether the changes of that write may be told in several batches (CAP-5). */
  static boolean mayBeSeveral(Operation write) {
    return write.call() instanceof Call.SetOptions;
  }

  List<Entry> of(long serverVersion) {
    return histories.getOrDefault(serverVersion, List.of());
  }
}

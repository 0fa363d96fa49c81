package io.databroker.tck.history;

import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * What clients did at the same time, from a known state on.
 *
 * <p><b>Thread-safety:</b> immutable.
 *
 * @param start what the backend held before it
 * @param operations what the clients did, by the time they began
 */
public record History(Start start, List<Operation> operations) {
  /** Sorts the operations. */
  public History {
    operations =
        operations.stream()
            .filter(operation -> !operation.saysNothing())
            .sorted(Comparator.comparingLong(Operation::began))
            .toList();
  }

  /**
   * What a backend holds while nobody writes.
   *
   * <p><b>Thread-safety:</b> immutable.
   *
   * @param serverVersion the name of its history
   * @param latest its last version
   * @param options the options in force
   * @param records the live records, oldest written first
   * @param exact whether versions follow each other without holes, as they do unless types were
   *     left out to make a history smaller
   */
  public record Start(
      long serverVersion,
      long latest,
      Map<String, TypeOptions> options,
      List<StoredRecord> records,
      boolean exact) {
    /** Takes unmodifiable copies. */
    public Start {
      options = Map.copyOf(options);
      records =
          records.stream()
              .sorted((a, b) -> Long.compareUnsigned(a.version(), b.version()))
              .toList();
    }
  }

  /** How many operations ran while another client's write did. */
  public int overlaps() {
    int overlaps = 0;
    for (int i = 0; i < operations.size(); i++) {
      if (overlapsAWrite(i)) {
        overlaps++;
      }
    }
    return overlaps;
  }

  private boolean overlapsAWrite(int index) {
    Operation operation = operations.get(index);
    for (int i = index + 1; i < operations.size(); i++) {
      Operation later = operations.get(i);
      if (later.began() >= operation.ended()) {
        break;
      }
      if (later.client() != operation.client() && later.call().writes()) {
        return true;
      }
    }
    // What began earlier and was still running: few, as each client has one call at a time.
    for (int i = index - 1; i >= Math.max(0, index - 16); i--) {
      Operation earlier = operations.get(i);
      if (earlier.client() != operation.client()
          && earlier.call().writes()
          && earlier.ended() > operation.began()) {
        return true;
      }
    }
    return false;
  }

  History with(List<Operation> others) {
    return new History(start, others);
  }
}

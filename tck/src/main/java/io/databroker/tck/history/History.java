package io.databroker.tck.history;

import io.databroker.api.Checkpoint;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Concurrent operations of clients after a known state.
 *
 * @param start the state before the operations
 * @param operations the operations, sorted by their beginning
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
   * State of a backend without concurrent writes.
   *
   * @param serverVersion the server version
   * @param latest the last version
   * @param options the type options
   * @param records the live records, oldest written first
   * @param exact whether versions have no gaps; they have gaps after types were removed to shrink a
   *     history
   * @param checkpoint the checkpoint
   */
  public record Start(
      long serverVersion,
      long latest,
      Map<String, TypeOptions> options,
      List<StoredRecord> records,
      boolean exact,
      Checkpoint checkpoint) {
    /** Creates a state without a checkpoint. */
    public Start(
        long serverVersion,
        long latest,
        Map<String, TypeOptions> options,
        List<StoredRecord> records,
        boolean exact) {
      this(serverVersion, latest, options, records, exact, Checkpoint.NONE);
    }

    /** Copies the collections. */
    public Start {
      options = Map.copyOf(options);
      records =
          records.stream()
              .sorted((a, b) -> Long.compareUnsigned(a.version(), b.version()))
              .toList();
    }
  }

  /** Returns the number of operations that overlapped a write of another client. */
  public int overlaps() {
    int overlaps = 0;
    Map<Integer, Long> writingUntil = new HashMap<>();
    for (int i = 0; i < operations.size(); i++) {
      Operation operation = operations.get(i);
      boolean beganBesideAWrite = false;
      for (Map.Entry<Integer, Long> writer : writingUntil.entrySet()) {
        beganBesideAWrite |=
            writer.getKey() != operation.client() && writer.getValue() > operation.began();
      }
      if (beganBesideAWrite || aWriteBeganBeside(i)) {
        overlaps++;
      }
      if (operation.call().writes()) {
        writingUntil.merge(operation.client(), operation.ended(), Math::max);
      }
    }
    return overlaps;
  }

  private boolean aWriteBeganBeside(int index) {
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
    return false;
  }

  History with(List<Operation> others) {
    return new History(start, others);
  }
}

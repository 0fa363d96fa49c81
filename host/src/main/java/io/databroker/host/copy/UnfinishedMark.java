package io.databroker.host.copy;

import io.databroker.api.Backend;
import io.databroker.api.Bytes;
import io.databroker.api.Selection;
import io.databroker.api.Snapshot;
import io.databroker.api.StoredRecord;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Mark of a store that holds only a part of a backup or of another store, because the restore or
 * the copy is not finished. It is a record of a type of its own, so every backend can keep it, and
 * a clear removes it. It is set before the first record and removed after everything else.
 */
public final class UnfinishedMark {
  /** The type of the mark, which no other record may have. */
  public static final String TYPE = "databroker.unfinished";

  /** Mark of a restore. */
  static final String RESTORE = "restore";

  private static final String COPY = "copy";

  private UnfinishedMark() {}

  /**
   * Returns the unfinished restore or copy of a backend, in words for a message; null if there is
   * none.
   */
  public static @Nullable String of(Backend backend) {
    if (!backend.listTypes().contains(TYPE)) {
      return null;
    }
    try (Snapshot marks = backend.snapshot(Selection.ofType(TYPE))) {
      Iterator<StoredRecord> first = marks.records();
      return first.hasNext() ? words(first.next()) : null;
    }
  }

  private static String words(StoredRecord mark) {
    boolean restore = mark.id().equals(RESTORE);
    return String.format(
        Locale.ROOT,
        "holds only a part of its records, because a %s into it is not finished; run \"%s\" again",
        restore ? RESTORE : COPY,
        restore ? "databroker restore --replace" : "databroker copy");
  }

  /** Returns the mark of a copy of the given history. */
  static String copyOf(long serverVersion) {
    return COPY + " of " + Long.toUnsignedString(serverVersion);
  }

  /** Marks a store that a restore or a copy is about to fill. */
  static void set(CopyEnd target, String mark) throws InterruptedException {
    Outages.outlast(() -> target.restore(List.of(record(mark, false))));
  }

  /** Returns whether a store has that mark. */
  static boolean isSet(CopyEnd target, String mark) throws InterruptedException {
    return Outages.outlast(() -> target.has(TYPE, mark));
  }

  /**
   * Removes all marks, so that the store counts as complete with its present records. It reads the
   * store.
   */
  public static void acceptPart(CopyEnd store) throws InterruptedException {
    List<String> found = new ArrayList<>();
    var unused =
        store.read(
            record -> {
              if (isMark(record)) {
                found.add(record.id());
              }
            });
    remove(store, found);
  }

  /** Removes the marks of a restore or copy. */
  static void remove(CopyEnd target, List<String> marks) throws InterruptedException {
    if (!marks.isEmpty()) {
      List<StoredRecord> deletes = marks.stream().map(mark -> record(mark, true)).toList();
      Outages.outlast(() -> target.restore(deletes));
    }
  }

  private static StoredRecord record(String id, boolean deleted) {
    return new StoredRecord(TYPE, id, 0, Bytes.EMPTY, Instant.EPOCH, deleted);
  }

  static boolean isMark(StoredRecord record) {
    return record.type().equals(TYPE);
  }

  /**
   * Reads a store that has to be complete, and sorts its records.
   *
   * @param name which store it is, for messages
   * @param check is called with each record first, and may throw
   * @throws CopyException if the store has a mark
   */
  static StoreContents readWhole(
      CopyEnd store,
      String name,
      Consumer<StoredRecord> check,
      RecordSort sort,
      CopyProgress progress)
      throws CopyException {
    List<StoredRecord> marks = new ArrayList<>();
    StoreContents contents =
        store.read(
            record -> {
              if (isMark(record)) {
                marks.add(record);
              } else {
                check.accept(record);
                sort.add(record);
                progress.at(CopyProgress.Step.READ, sort.size());
              }
            });
    if (!marks.isEmpty()) {
      throw new CopyException(name + " " + words(marks.get(0)));
    }
    return contents;
  }
}

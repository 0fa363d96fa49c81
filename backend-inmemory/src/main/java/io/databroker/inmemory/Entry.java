package io.databroker.inmemory;

import io.databroker.api.Bytes;
import io.databroker.api.StoredRecord;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One change. The logs hold every entry; a table holds the last entry of each key.
 *
 * <p>{@code previous} serves readers while a batch is being published. Before the entry is
 * installed, it is set to the committed entry of the key, or to {@link #NOTHING}. After the commit
 * it is cleared with release semantics. So a reader that finds null knows that the entry is
 * committed, without reading the committed version.
 */
final class Entry {
  /** Stands for "no live record" as the predecessor of a new key. */
  static final Entry NOTHING =
      new Entry(
          new Table("-", 0, 0),
          new StoredRecord("-", "-", 0, Bytes.EMPTY, Instant.EPOCH, true),
          -1);

  private static final VarHandle PREVIOUS;

  static {
    try {
      PREVIOUS = MethodHandles.lookup().findVarHandle(Entry.class, "previous", Entry.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  final Table table;
  final StoredRecord record;

  /** The key's place in the table's snapshot bases. */
  final int slot;

  @SuppressWarnings("unused") // through PREVIOUS
  private @Nullable Entry previous;

  /**
   * True if the batch of the entry was rolled back; set before another batch commits the same
   * version.
   */
  private boolean abandoned;

  /** Run of the entry in the table's write order; used only by the writer. */
  WriteOrder.@Nullable Run run;

  byte place;

  /**
   * Bytes of the predecessor divided by 16, if a snapshot base may keep the predecessor until this
   * entry is trimmed.
   */
  int pinned;

  Entry(Table table, StoredRecord record, int slot) {
    this.table = table;
    this.record = record;
    this.slot = slot;
  }

  long version() {
    return record.version();
  }

  boolean deleted() {
    return record.deleted();
  }

  /** Returns the record, or null if this is a delete. */
  @Nullable StoredRecord live() {
    return record.deleted() ? null : record;
  }

  /** Returns the former entry of the key, or null once this entry is committed. */
  @Nullable Entry previous() {
    return (Entry) PREVIOUS.getAcquire(this);
  }

  /**
   * Returns the entry that holds the key at a commit. The reader must read this entry first, then
   * its predecessor {@code before}, and then the commit.
   */
  Entry at(@Nullable Entry before, long version) {
    return before == null || (version() <= version && !abandoned) ? this : before;
  }

  /** Sets the predecessor. Call it before the entry is installed, which publishes it. */
  void follow(Entry before) {
    PREVIOUS.set(this, before);
  }

  /** Marks the entry as rolled back. Call it instead of the commit. */
  void abandon() {
    abandoned = true;
  }

  /** Clears the predecessor. Call it after the commit. */
  void settle() {
    PREVIOUS.setRelease(this, null);
  }
}

package io.databroker.inmemory;

import io.databroker.api.Bytes;
import io.databroker.api.StoredRecord;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One change: an element of the logs and, while it is the last of its key, what the table holds.
 *
 * <p>{@code previous} is what readers go by while a batch is being published. It is set before the
 * entry is installed: what the key's committed entry was, or {@link #NOTHING}. It is cleared, with
 * release semantics, after the batch was committed. So a reader that finds it null knows, without a
 * look at the committed version, that the entry is committed.
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

  /** Whether it was taken back; set before another batch is committed under its version. */
  private boolean abandoned;

  /** Where it stands in the table's write order; the writer's alone. */
  WriteOrder.@Nullable Run run;

  byte place;

  /**
   * Sixteenths of the bytes of the predecessor, if a snapshot base may keep it until this is
   * trimmed.
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

  /** The record, unless this is a delete. */
  @Nullable StoredRecord live() {
    return record.deleted() ? null : record;
  }

  /** What held the key before, or null once this entry is known to be committed. */
  @Nullable Entry previous() {
    return (Entry) PREVIOUS.getAcquire(this);
  }

  /**
   * What holds the key at a commit that a reader read after it had met this entry and then {@code
   * before}, its predecessor.
   */
  Entry at(@Nullable Entry before, long version) {
    return before == null || (version() <= version && !abandoned) ? this : before;
  }

  /** Before the entry is installed, which publishes it. */
  void follow(Entry before) {
    PREVIOUS.set(this, before);
  }

  /** Instead of the commit. */
  void abandon() {
    abandoned = true;
  }

  /** After the commit. */
  void settle() {
    PREVIOUS.setRelease(this, null);
  }
}

package io.databroker.host.copy;

import io.databroker.api.StoredRecord;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Sorts any number of records in bounded memory. Records that do not fit are written to a temporary
 * file in sorted runs, which are merged when they are read.
 */
final class RecordSort implements AutoCloseable {
  /** The order of writes. */
  static final Comparator<StoredRecord> BY_VERSION =
      (a, b) -> Long.compareUnsigned(a.version(), b.version());

  private static final int MOST_RUNS = 64;

  /** Approximate bytes on the heap of a record without its texts and its payload. */
  private static final int RECORD_BYTES = 250;

  private final Comparator<StoredRecord> order;
  private final @Nullable Path folder;
  private final long memory;
  private @Nullable SortFile file;
  private List<StoredRecord> pending = new ArrayList<>();
  private long pendingBytes;
  private long size;

  /**
   * Sorts in that order.
   *
   * @param folder the folder for temporary files; null for the system's default
   */
  RecordSort(Comparator<StoredRecord> order, @Nullable Path folder) {
    this(order, folder, Math.min(64L << 20, Runtime.getRuntime().maxMemory() / 16));
  }

  RecordSort(Comparator<StoredRecord> order, @Nullable Path folder, long memory) {
    this.order = order;
    this.folder = folder;
    this.memory = memory;
  }

  /** Adds a record; all are added before any is read. */
  void add(StoredRecord record) {
    pending.add(record);
    size++;
    // Each character of a text takes up to two bytes.
    pendingBytes +=
        RECORD_BYTES
            + 2L * (record.type().length() + record.id().length())
            + record.payload().size();
    if (pendingBytes > memory) {
      spill();
    }
  }

  long size() {
    return size;
  }

  private void spill() {
    pending.sort(order);
    try {
      SortFile to = file == null ? new SortFile(folder) : file;
      file = to;
      to.append(pending.iterator()::next, pending.size());
    } catch (IOException e) {
      throw unwritable(e);
    }
    pending = new ArrayList<>();
    pendingBytes = 0;
  }

  private static UncheckedIOException unwritable(IOException e) {
    return new UncheckedIOException("a temporary file cannot be written: " + e.getMessage(), e);
  }

  /**
   * Returns a reader of all records, in order; readers are used one after the other. The first call
   * merges runs until there are few. {@link #add} does not, because a server cuts off a reader that
   * pauses for half a minute.
   */
  Reader read() {
    pending.sort(order);
    SortFile from = file;
    while (from != null && from.runs().size() > MOST_RUNS) {
      from = merged(from);
    }
    return new Reader(from, from == null ? List.of() : from.runs(), pending);
  }

  private SortFile merged(SortFile from) {
    SortFile to = null;
    try {
      to = new SortFile(folder);
      List<SortFile.Run> runs = from.runs();
      for (int i = 0; i < runs.size(); i += MOST_RUNS) {
        List<SortFile.Run> some = runs.subList(i, Math.min(runs.size(), i + MOST_RUNS));
        Reader reader = new Reader(from, some, List.of());
        to.append(reader::next, some.stream().mapToLong(SortFile.Run::count).sum());
      }
      file = to;
      return to;
    } catch (IOException e) {
      throw unwritable(e);
    } finally {
      if (to != null) {
        (file == to ? from : to).close();
      }
    }
  }

  @Override
  public void close() {
    if (file != null) {
      file.close();
    }
    file = null;
    pending = new ArrayList<>();
  }

  /** Merges the runs. */
  final class Reader {
    private final PriorityQueue<Cursor> cursors =
        new PriorityQueue<>((a, b) -> order.compare(a.head(), b.head()));

    private Reader(@Nullable SortFile from, List<SortFile.Run> runs, List<StoredRecord> rest) {
      if (from != null) {
        for (SortFile.Run run : runs) {
          offer(new Cursor(from.read(run), List.of(), run.count()));
        }
      }
      offer(new Cursor(null, rest, rest.size()));
    }

    private void offer(Cursor cursor) {
      if (cursor.advance()) {
        cursors.add(cursor);
      }
    }

    boolean hasNext() {
      return !cursors.isEmpty();
    }

    /** Returns the next record; there must be one. */
    StoredRecord next() {
      Cursor first = cursors.remove();
      StoredRecord next = first.head();
      offer(first);
      return next;
    }
  }

  private static final class Cursor {
    private final @Nullable DataInputStream in;
    private final List<StoredRecord> list;
    private final long count;
    private long read;
    private @Nullable StoredRecord head;

    Cursor(@Nullable DataInputStream in, List<StoredRecord> list, long count) {
      this.in = in;
      this.list = list;
      this.count = count;
    }

    boolean advance() {
      if (read == count) {
        return false;
      }
      try {
        head = in == null ? list.get((int) read) : RecordCoding.read(in, false);
      } catch (IOException e) {
        throw new UncheckedIOException("a temporary file cannot be read: " + e.getMessage(), e);
      }
      read++;
      return true;
    }

    StoredRecord head() {
      if (head == null) {
        throw new IllegalStateException("not advanced");
      }
      return head;
    }
  }
}

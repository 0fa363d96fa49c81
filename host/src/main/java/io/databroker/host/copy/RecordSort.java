package io.databroker.host.copy;

import io.databroker.api.StoredRecord;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Sorts any number of records in bounded memory. Records that do not fit are written to temporary
 * files in sorted runs, which are merged when they are read. Where the system allows it, the files
 * have no name while in use, so that a kill leaves nothing behind.
 */
final class RecordSort implements AutoCloseable {
  /** The order of writes. */
  static final Comparator<StoredRecord> BY_VERSION =
      (a, b) -> Long.compareUnsigned(a.version(), b.version());

  private static final int MOST_RUNS = 64;
  private static final int BUFFER = 1 << 16;

  /** Approximate bytes on the heap of a record beside its texts and its payload. */
  private static final int RECORD_BYTES = 250;

  private final Comparator<StoredRecord> order;
  private final @Nullable Path folder;
  private final long memory;
  private final List<Run> runs = new ArrayList<>();
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
      pending.sort(order);
      spill(pending.iterator()::next, pending.size());
      pending = new ArrayList<>();
      pendingBytes = 0;
    }
  }

  long size() {
    return size;
  }

  /** Supplies the next record. */
  private interface Next {
    StoredRecord get();
  }

  private void spill(Next records, long count) {
    try {
      Run run = new Run(count);
      try {
        DataOutputStream out =
            new DataOutputStream(
                new BufferedOutputStream(Channels.newOutputStream(run.channel), BUFFER));
        for (long i = 0; i < count; i++) {
          RecordCoding.write(out, records.get());
        }
        out.flush();
      } catch (IOException | RuntimeException e) {
        run.close();
        throw e;
      }
      runs.add(run);
    } catch (IOException e) {
      throw new UncheckedIOException("a temporary file cannot be written: " + e.getMessage(), e);
    }
    if (runs.size() == MOST_RUNS) {
      mergeRuns();
    }
  }

  private void mergeRuns() {
    List<Run> merged = List.copyOf(runs);
    runs.clear();
    try {
      Reader reader = new Reader(merged, List.of());
      spill(reader::next, merged.stream().mapToLong(run -> run.count).sum());
    } finally {
      merged.forEach(Run::close);
    }
  }

  /** Returns a reader of all records, in order; readers are used one after the other. */
  Reader read() {
    pending.sort(order);
    return new Reader(runs, pending);
  }

  @Override
  public void close() {
    runs.forEach(Run::close);
    runs.clear();
    pending = new ArrayList<>();
  }

  /** A sorted run in a temporary file. */
  private final class Run {
    private final FileChannel channel;
    private final Path path;
    private final long count;

    Run(long count) throws IOException {
      this.count = count;
      this.path =
          folder == null
              ? Files.createTempFile("databroker-sort-", ".tmp")
              : Files.createTempFile(folder, "databroker-sort-", ".tmp");
      this.channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
      unlink();
    }

    private void unlink() {
      try {
        Files.deleteIfExists(path);
      } catch (IOException e) {
        path.toFile().deleteOnExit(); // on a system that cannot delete open files
      }
    }

    void close() {
      try {
        channel.close();
      } catch (IOException e) {
        // The file is no longer needed.
      }
      unlink();
    }
  }

  /** Merges the runs. */
  final class Reader {
    private final PriorityQueue<Cursor> cursors =
        new PriorityQueue<>((a, b) -> order.compare(a.head(), b.head()));

    private Reader(List<Run> from, List<StoredRecord> rest) {
      for (Run run : from) {
        offer(new Cursor(run, rest));
      }
      offer(new Cursor(null, rest));
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

    Cursor(@Nullable Run run, List<StoredRecord> list) {
      this.list = list;
      this.count = run == null ? list.size() : run.count;
      try {
        this.in =
            run == null
                ? null
                : new DataInputStream(
                    new BufferedInputStream(
                        Channels.newInputStream(run.channel.position(0)), BUFFER));
      } catch (IOException e) {
        throw unreadable(e);
      }
    }

    boolean advance() {
      if (read == count) {
        return false;
      }
      try {
        head = in == null ? list.get((int) read) : RecordCoding.read(in);
      } catch (IOException e) {
        throw unreadable(e);
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

    private static UncheckedIOException unreadable(IOException e) {
      return new UncheckedIOException("a temporary file cannot be read: " + e.getMessage(), e);
    }
  }
}

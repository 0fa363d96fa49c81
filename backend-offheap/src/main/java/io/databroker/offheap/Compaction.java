package io.databroker.offheap;

import io.databroker.offheap.journal.Frame;
import io.databroker.offheap.journal.Journal;
import io.databroker.offheap.journal.Segment;
import io.databroker.offheap.journal.SegmentHeader;
import io.databroker.offheap.journal.Spaces;
import io.databroker.offheap.memory.Space;
import java.io.IOException;
import java.io.SyncFailedException;
import java.lang.System.Logger.Level;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Puts one segment in the place of a run of them, with what of them is still asked for. */
final class Compaction {
  private static final System.Logger LOG = System.getLogger(Compaction.class.getName());
  private static final int FRAME_RECORDS = 256;
  private static final int FRAME_BYTES = 1 << 18;

  private final Store store;
  private final History history;
  private final List<Segment> run;
  private final Segment last;
  private final long bound;
  private final Frame frame = new Frame();
  private long sequence;

  /**
   * @param bound what was superseded up to this version is dropped
   */
  Compaction(Store store, History history, List<Segment> run, long bound) {
    this.store = store;
    this.history = history;
    this.run = List.copyOf(run);
    this.last = run.get(run.size() - 1);
    this.bound = bound;
  }

  /** What of a segment is still asked for; -1 after a clear. */
  static long keptBytes(Store store, History history, Segment segment, long bound) {
    int inside = store.guard.enter();
    try {
      return store.history != history ? -1 : keptBytes(segment, bound);
    } finally {
      store.guard.exit(inside);
    }
  }

  static long keptBytes(Segment segment, long bound) {
    long bytes = 0;
    for (int i = 0; i < segment.count(); i++) {
      bytes += isKept(segment, i, bound) ? segment.sizeAt(i) : 0;
    }
    return bytes;
  }

  private static boolean isKept(Segment segment, int index, long bound) {
    long superseded = segment.supersededAt(index);
    return superseded == 0 || superseded > bound;
  }

  /**
   * Puts it in place.
   *
   * @return whether that was done: else a later run must not drop deletes by the same bound
   */
  boolean run() {
    Segment made = null;
    boolean named = false;
    boolean adopted = false;
    try {
      Segment ready = write();
      made = ready;
      if (ready != null) {
        ready.space.force();
        // It may take the name of what it replaces, whatever fails behind that.
        named = true;
        store.publisher.force(() -> store.journal.spaces().adopt(ready.space, ready.order));
        adopted = replace(ready);
      }
    } catch (SyncFailedException failed) {
      store.publisher.fail(failed); // what else the disk has not taken, nobody knows
      tell(failed);
    } catch (IOException failed) {
      tell(failed);
    } finally {
      if (adopted) {
        store.publisher.forget(run);
        store.guard.await();
        Journal.delete(run.stream().filter(segment -> !isReplaced(segment)).toList());
        run.forEach(Segment::free);
      } else if (made != null) {
        // If it has taken the name of one of the run, it is what the next open goes by.
        boolean needed = named && isReplaced(last) && store.history == history;
        if (!needed) {
          Journal.delete(List.of(made));
        }
        made.free();
      }
    }
    return adopted;
  }

  static void tell(IOException failed) {
    String what =
        failed instanceof SyncFailedException
            ? "the disk failed to take what was written; reopen the store"
            : "cannot compact, to be tried at the next trim";
    LOG.log(Level.WARNING, what, failed);
  }

  /** Whether the new segment's file has taken the name of that one's. */
  private boolean isReplaced(Segment segment) {
    return segment.isCompacted() && segment.order == last.order;
  }

  private @Nullable Segment write() throws IOException {
    int inside = store.guard.enter();
    try {
      if (store.history != history) {
        return null;
      }
      int count = 0;
      long bytes = 0;
      for (Segment segment : run) {
        for (int i = 0; i < segment.count(); i++) {
          if (isKept(segment, i, bound)) {
            count++;
            bytes += segment.sizeAt(i);
          }
        }
      }
      // Each segment of the run may leave its last frame partly filled; the last frame is the end.
      long frames = count / FRAME_RECORDS + bytes / FRAME_BYTES + run.size() + 1;
      return write(count, Segment.HEADER + bytes + frames * Frame.HEADER);
    } finally {
      store.guard.exit(inside);
    }
  }

  private Segment write(int count, long size) throws IOException {
    Spaces spaces = store.journal.spaces();
    Space space = spaces.createCompacted(last.order, size);
    Segment made = null;
    boolean written = false;
    try {
      long from = run.get(0).from;
      long first = run.get(0).firstVersion;
      boolean begins = run.get(0).begins;
      SegmentHeader header =
          new SegmentHeader(
              true, begins, last.order, from, spaces.salt(), first, last.lastSequence);
      space.write(0, SegmentHeader.bytes(header), Segment.HEADER);
      made =
          new Segment(store.journal.nextId(), last.order, from, space, first, count, false, begins);
      made.lastSequence = last.lastSequence;
      for (Segment segment : run) {
        copy(segment, made);
      }
      frame.begin(Frame.Kind.END, 0, 0);
      append(made);
      space.seal(made.end);
      written = true;
      return made;
    } finally {
      if (!written) {
        Journal.discard(space, made);
      }
    }
  }

  private void copy(Segment from, Segment to) throws IOException {
    int next = 0;
    while (next < from.count()) {
      int begin = next;
      int records = 0;
      int bytes = 0;
      for (; next < from.count() && records < FRAME_RECORDS && bytes < FRAME_BYTES; next++) {
        if (isKept(from, next, bound)) {
          records++;
          bytes += from.sizeAt(next);
        }
      }
      if (records > 0) {
        frame.begin(Frame.Kind.RECORDS, records, 0);
        for (int i = begin; i < next; i++) {
          if (isKept(from, i, bound)) {
            int at = frame.record(from.data, from.offsetAt(i), from.sizeAt(i));
            to.add(from.versionAt(i), to.end + at, from.sizeAt(i), from.typeAt(i), false);
          }
        }
        append(to);
      }
    }
  }

  private void append(Segment to) throws IOException {
    frame.end(++sequence, store.journal.spaces().salt(), Journal.place(to, to.end));
    to.space.write(to.end, frame.bytes(), frame.length());
    to.end += frame.length();
  }

  /** Takes over the marks and puts it in place; whether the history was still there. */
  private boolean replace(Segment made) {
    int inside = store.guard.enter();
    try {
      store.writing.lock();
      try {
        if (store.history != history) {
          return false;
        }
        int to = 0;
        for (Segment segment : run) {
          for (int i = 0; i < segment.count() && to < made.count(); i++) {
            if (segment.versionAt(i) == made.versionAt(to)) {
              made.supersede(to++, segment.supersededAt(i));
            }
          }
        }
        history.directory = history.directory.replacing(run, made);
        return true;
      } finally {
        store.writing.unlock();
      }
    } finally {
      store.guard.exit(inside);
    }
  }
}

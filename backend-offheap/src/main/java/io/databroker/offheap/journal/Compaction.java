package io.databroker.offheap.journal;

import io.databroker.api.StorageFailedException;
import io.databroker.offheap.memory.Space;
import java.io.IOException;
import java.io.SyncFailedException;
import java.lang.System.Logger.Level;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Replaces a run of segments by one segment with the records that are still needed.
 *
 * <p>Every record is verified before it is copied. A damaged record ends the compaction and leaves
 * the run unchanged, so that no damage gets a new checksum.
 */
public final class Compaction {
  private static final System.Logger LOG = System.getLogger(Compaction.class.getName());

  private final JournalHost host;
  private final JournalOwner owner;
  private final List<Segment> run;
  private final Segment last;
  private final Kept kept;
  private final Frame frame = new Frame();
  private long sequence;

  /**
   * @param kept chooses the records to copy
   */
  public Compaction(JournalHost host, JournalOwner owner, List<Segment> run, Kept kept) {
    this.host = host;
    this.owner = owner;
    this.run = List.copyOf(run);
    this.last = run.get(run.size() - 1);
    this.kept = kept;
  }

  /**
   * Records that a compaction keeps: those not superseded up to a version.
   *
   * @param bound the version
   * @param deletes whether deletes are kept as well, because an earlier damaged segment may hold
   *     the records that they deleted
   */
  public record Kept(long bound, boolean deletes) {
    boolean holds(Segment segment, int index) {
      long superseded = segment.supersededAt(index);
      return superseded == 0
          || superseded > bound
          || (deletes && superseded == segment.versionAt(index));
    }

    /** Returns the number of bytes to keep of a segment. */
    long bytes(Segment segment) {
      long bytes = 0;
      for (int i = 0; i < segment.count(); i++) {
        bytes += holds(segment, i) ? segment.sizeAt(i) : 0;
      }
      return bytes;
    }

    /** Returns whether all records to keep of a segment are readable. */
    boolean verifies(Segment segment) {
      for (int i = 0; i < segment.count(); i++) {
        if (holds(segment, i) && RecordCopy.find(segment, i) == null) {
          return false;
        }
      }
      return true;
    }
  }

  /** Returns the number of bytes to keep of a segment; -1 after a clear. */
  public static long keptBytes(JournalHost host, JournalOwner owner, Segment segment, Kept kept) {
    int inside = host.guard().enter();
    try {
      return host.owner() != owner ? -1 : kept.bytes(segment);
    } finally {
      host.guard().exit(inside);
    }
  }

  /**
   * Writes the segment and puts it in place.
   *
   * @return whether the segment is in place; if not, a later run must not drop deletes by the same
   *     bound
   */
  public boolean run() {
    Segment made = null;
    boolean named = false;
    boolean adopted = false;
    try {
      Segment ready = write();
      made = ready;
      if (ready != null) {
        ready.space.force();
        // The file may already have taken the name of the segment that it replaces, even if a later
        // step fails.
        named = true;
        host.publisher().force(() -> host.journal().spaces().adopt(ready.space, ready.order));
        adopted = replace(ready);
      }
    } catch (SyncFailedException failed) {
      host.publisher().fail(failed); // the disk may have lost other data as well
      report(failed);
    } catch (IOException failed) {
      report(failed);
    } catch (StorageFailedException damaged) {
      LOG.log(
          Level.WARNING, "a segment stays unchanged and is not compacted: " + damaged.getMessage());
    } finally {
      if (adopted) {
        host.publisher().forget(run);
        host.guard().await();
        Journal.delete(run.stream().filter(segment -> !isReplaced(segment)).toList());
        run.forEach(Segment::free);
      } else if (made != null) {
        // If the new file has taken the name of a segment of the run, the next open reads it.
        boolean needed = named && isReplaced(last) && host.owner() == owner;
        if (!needed) {
          Journal.delete(List.of(made));
        }
        made.free();
      }
    }
    return adopted;
  }

  static void report(IOException failed) {
    String what =
        failed instanceof SyncFailedException
            ? "the disk failed a write or an fsync; reopen the store"
            : "compaction failed; the next trim tries again";
    LOG.log(Level.WARNING, what + ": " + failed);
  }

  /** Returns whether the file of the new segment has taken the name of the given segment's file. */
  private boolean isReplaced(Segment segment) {
    return segment.isCompacted() && segment.order == last.order;
  }

  /** Returns null after a clear. */
  private @Nullable Segment write() throws IOException {
    int inside = host.guard().enter();
    try {
      if (host.owner() != owner) {
        return null;
      }
      int count = 0;
      long bytes = 0;
      for (Segment segment : run) {
        for (int i = 0; i < segment.count(); i++) {
          if (kept.holds(segment, i)) {
            count++;
            bytes += segment.sizeAt(i);
          }
        }
      }
      // Each segment of the run may leave a frame partly filled; one more frame is the end.
      long frames =
          count / Tuning.COMPACTED_FRAME_RECORDS
              + bytes / Tuning.COMPACTED_FRAME_BYTES
              + run.size()
              + 1;
      return write(count, Segment.HEADER + bytes + frames * Frame.HEADER);
    } finally {
      host.guard().exit(inside);
    }
  }

  private Segment write(int count, long size) throws IOException {
    Spaces spaces = host.journal().spaces();
    Space space = spaces.createCompacted(last.order, size);
    Segment made = null;
    try {
      long from = run.get(0).from;
      long first = run.get(0).firstVersion;
      boolean begins = run.get(0).begins;
      SegmentHeader header =
          new SegmentHeader(
              true, begins, last.order, from, spaces.salt(), first, last.lastSequence);
      space.write(0, SegmentHeader.bytes(header), Segment.HEADER);
      made =
          new Segment(
              host.journal().nextId(), last.order, from, space, first, count, false, begins);
      made.lastSequence = last.lastSequence;
      for (Segment segment : run) {
        copy(segment, made);
      }
      frame.begin(Frame.Kind.END, 0, 0);
      append(made);
      space.seal(made.end);
      return made;
    } catch (IOException | RuntimeException | Error failed) {
      Journal.discard(space, made);
      throw failed;
    }
  }

  private void copy(Segment from, Segment to) throws IOException {
    int next = 0;
    while (next < from.count()) {
      int begin = next;
      int records = 0;
      int bytes = 0;
      for (;
          next < from.count()
              && records < Tuning.COMPACTED_FRAME_RECORDS
              && bytes < Tuning.COMPACTED_FRAME_BYTES;
          next++) {
        if (kept.holds(from, next)) {
          records++;
          bytes += from.sizeAt(next);
        }
      }
      if (records > 0) {
        frame.begin(Frame.Kind.RECORDS, records, 0);
        for (int i = begin; i < next; i++) {
          if (kept.holds(from, i)) {
            int at = frame.record(RecordCopy.of(from, i));
            to.add(
                from.versionAt(i),
                to.end + at,
                from.sizeAt(i),
                from.typeAt(i),
                from.checksumAt(i),
                false);
          }
        }
        append(to);
      }
    }
  }

  private void append(Segment to) throws IOException {
    frame.end(++sequence, host.journal().spaces().salt(), Journal.place(to, to.end));
    to.space.write(to.end, frame.bytes(), frame.length());
    to.end += frame.length();
  }

  /** Takes over the marks and puts the segment in place; returns false after a clear. */
  private boolean replace(Segment made) {
    int inside = host.guard().enter();
    try {
      host.writing().lock();
      try {
        if (host.owner() != owner) {
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
        owner.setDirectory(owner.directory().replacing(run, made));
        return true;
      } finally {
        host.writing().unlock();
      }
    } finally {
      host.guard().exit(inside);
    }
  }
}

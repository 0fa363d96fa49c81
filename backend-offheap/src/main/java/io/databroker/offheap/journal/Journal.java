package io.databroker.offheap.journal;

import io.databroker.api.DatabrokerException;
import io.databroker.api.StorageFailedException;
import io.databroker.api.StorageFullException;
import io.databroker.offheap.memory.DirectoryLostException;
import io.databroker.offheap.memory.Space;
import java.io.IOException;
import java.io.SyncFailedException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The end of the journal, where frames are appended. Only for the writer. */
public final class Journal {
  private static final byte[] NO_HEADER = new byte[Segment.HEADER];

  private final Spaces spaces;
  private final long segmentBytes;
  private final Frame state = new Frame();
  private @Nullable Segment active;
  private long lastSequence;
  private long lastOrder;
  private int nextId;
  private volatile @Nullable DatabrokerException refused;
  private Spaces.RoomFor roomFor = Spaces.RoomFor.WRITES;

  /** The frame being built; only for the holder of the lock. */
  public final Frame frame = new Frame();

  public Journal(Spaces spaces, long segmentBytes) {
    this.spaces = spaces;
    this.segmentBytes = segmentBytes;
  }

  /** Returns the segment of the next frame, after {@link #reserve}. */
  public Segment active() {
    Segment now = active;
    if (now == null) {
      throw new IllegalStateException("no segment");
    }
    return now;
  }

  public synchronized int nextId() {
    return nextId++;
  }

  public Spaces spaces() {
    return spaces;
  }

  public long segmentBytes() {
    return segmentBytes;
  }

  /** Continues after the recovered frames. */
  public void resume(long order, long sequence) {
    lastOrder = order;
    lastSequence = sequence;
  }

  /** Continues in the last recovered segment. */
  public void continueIn(Segment last) {
    active = last;
  }

  /** Begins the first segment of an open, and forces it to the disk. */
  public void begin(JournalOwner owner) throws IOException {
    roll(owner, 0, 0, false);
    active().space.force();
  }

  /**
   * Sets the purpose of the next write, which decides whether it may use the reserve on a full
   * disk; only for the writer.
   */
  public void roomFor(Spaces.RoomFor next) {
    roomFor = next;
  }

  /**
   * Makes room for a frame, in a new segment if needed.
   *
   * @throws StorageFullException if the disk is full; nothing has changed
   */
  public void reserve(JournalOwner owner, long bytes, int records) {
    Segment now = active;
    if (now == null || now.end + bytes > now.data.size() || !now.hasRoom(records)) {
      rollWithRoom(owner, bytes, records, false);
    }
  }

  /**
   * Begins a new segment if the disk is short of room and the feed holds no record of the active
   * one: a compaction frees no room in the active segment.
   *
   * @param first the first version that the feed will hold
   */
  public void rollIfShort(JournalOwner owner, long first) {
    Segment now = active();
    boolean past = now.count() > 0 && now.lastVersion() < first;
    if (past && spaces.roomForUpkeep(segmentBytes) < segmentBytes) {
      roomFor = Spaces.RoomFor.UPKEEP;
      try {
        rollWithRoom(owner, 0, 0, false);
      } catch (StorageFullException | StorageFailedException none) {
        // A later trim tries again.
      }
    }
  }

  /**
   * Begins a new history with a forced segment, and deletes the older ones afterwards.
   *
   * @param publisher stops all writing if the disk fails, or if the new segment can neither be
   *     forced nor removed
   */
  public void rollCleared(JournalOwner begun, Publisher publisher) {
    Segment last = active;
    long order = lastOrder;
    long sequence = lastSequence;
    roomFor = Spaces.RoomFor.UPKEEP;
    rollWithRoom(begun, 0, 0, true);
    Throwable failure = null;
    try {
      publisher.force(active().space::force);
    } catch (IOException failed) {
      failure = failed;
      throw refuse("the journal", failed);
    } catch (RuntimeException | Error failed) {
      failure = failed;
      throw failed;
    } finally {
      if (failure != null) {
        Space unforced = active().space;
        active = last;
        lastOrder = order;
        lastSequence = sequence;
        // No later open may find the segment and assume a completed clear, not even after a loss of
        // power. A disk reports each failure only once, so this report may be about an earlier
        // write.
        if (!takeBack(unforced) || publisher.forces() || failure instanceof SyncFailedException) {
          publisher.fail(failure);
        }
      }
    }
  }

  private void rollWithRoom(JournalOwner owner, long bytes, int records, boolean cleared) {
    while (true) {
      try {
        roll(owner, bytes, records, cleared);
        return;
      } catch (StorageFullException full) {
        if (!spaces.giveRoom(roomFor)) {
          throw full;
        }
      }
    }
  }

  private void roll(JournalOwner owner, long bytes, int records, boolean cleared) {
    long order = lastOrder + 1;
    long first = owner.lastVersion() + 1;
    boolean begins = cleared || order == 1;
    Segment ended = active;
    byte[] body = owner.state().bytes();
    state.begin(Frame.Kind.STATE, 0, 0);
    state.body(body);
    long size = Math.max(segmentBytes, Segment.HEADER + state.length() + bytes);
    Space space = null;
    Segment begun = null;
    boolean done = false;
    try {
      space = spaces.create(order, size);
      byte[] header =
          SegmentHeader.bytes(
              new SegmentHeader(false, begins, order, order, spaces.salt(), first, lastSequence));
      space.write(0, header, header.length);
      int room = Math.max(Segment.roomFor(size), records);
      begun = new Segment(nextId(), order, order, space, first, room, true, begins);
      state.end(lastSequence + 1, spaces.salt(), place(begun, Segment.HEADER));
      space.write(Segment.HEADER, state.bytes(), state.length());
      begun.end = (long) Segment.HEADER + state.length();
      owner.setDirectory(owner.directory().with(begun));
      active = begun;
      begun.lastSequence = ++lastSequence;
      lastOrder = order;
      done = true;
    } catch (IOException | OutOfMemoryError failed) {
      throw refuse(space == null ? "the journal" : space.name(), failed);
    } finally {
      if (!done) {
        discard(space, begun);
      }
    }
    if (ended != null && !cleared) {
      try {
        ended.space.seal(ended.end);
      } catch (IOException unsealed) {
        // The file stays longer than needed; its rest reads as empty.
      }
    }
  }

  /** Removes a segment that was begun but not forced; returns whether no later open finds it. */
  private static boolean takeBack(Space space) {
    boolean taken = false;
    try {
      space.write(0, NO_HEADER, NO_HEADER.length);
      taken = true;
    } catch (IOException | RuntimeException | Error unwritten) {
      // The file may still be deleted.
    }
    try {
      space.delete();
      taken = true;
    } catch (IOException | RuntimeException | Error left) {
      // The file may still be overwritten.
    }
    return taken;
  }

  /** Removes all traces of a segment that could not be begun: file, handle, mapping and slots. */
  public static void discard(@Nullable Space space, @Nullable Segment begun) {
    if (space == null) {
      return;
    }
    try {
      space.delete();
    } catch (IOException left) {
      // If the file stays, recovery drops it: it has no valid beginning.
    } finally {
      if (begun == null) {
        space.free();
      } else {
        begun.free();
      }
    }
  }

  /**
   * Appends the frame that was built; room was reserved before.
   *
   * @throws StorageFullException if the disk is full
   * @throws StorageFailedException if it could not be written; nothing has changed in either case
   */
  public void append() {
    Segment now = active();
    frame.end(lastSequence + 1, spaces.salt(), place(now, now.end));
    boolean written = false;
    while (!written) {
      try {
        now.space.write(now.end, frame.bytes(), frame.length());
        written = true;
      } catch (IOException failed) {
        if (!spaces.giveRoom(roomFor)) {
          throw refuse(now.space.name(), failed);
        }
      }
    }
    now.end += frame.length();
    now.lastSequence = ++lastSequence;
    if (refused != null) {
      refused = null;
    }
  }

  /** Returns the error for a write that failed, and keeps it until a write succeeds. */
  private DatabrokerException refuse(String name, Throwable cause) {
    DatabrokerException error =
        cause instanceof OutOfMemoryError
                || (!(cause instanceof DirectoryLostException) && spaces.lacksRoom())
            ? new StorageFullException(
                "no room to write to "
                    + name
                    + ": "
                    + cause.getMessage()
                    + "; free some and try again",
                cause)
            : new StorageFailedException(
                "cannot write to " + name + ": " + cause.getMessage() + "; nothing was applied",
                cause);
    refused = error;
    return error;
  }

  /** Returns the failure of the last write; null if it succeeded. */
  public @Nullable DatabrokerException refused() {
    return refused;
  }

  /** Returns the place of a frame, unique in a store, which is part of its checksum. */
  public static long place(Segment segment, long offset) {
    return place(segment.order, segment.isCompacted(), offset);
  }

  public static long place(long order, boolean compacted, long offset) {
    return order << 33 | (compacted ? 1L << 32 : 0) | offset;
  }

  public long lastSequence() {
    return lastSequence;
  }

  /** The segments of a history that has ended. */
  public static void delete(List<Segment> segments) {
    for (Segment segment : segments) {
      try {
        segment.space.delete();
      } catch (IOException left) {
        // The next open recognises the file as outdated, and deletes it.
      }
    }
  }
}

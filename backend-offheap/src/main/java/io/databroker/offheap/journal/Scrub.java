package io.databroker.offheap.journal;

import io.databroker.offheap.memory.Region;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Verifies the journal in the background, to find damage before a reader meets it, while the other
 * records can still be copied. Each tick continues where the last one stopped, and verifies as many
 * bytes as the rate allows for the time since then.
 *
 * <p>It reads through the page cache, like readers: a cached page is not read from the disk again.
 */
@SuppressWarnings("NonAtomicVolatileUpdate") // one thread writes the counters
public final class Scrub {
  private final JournalHost host;
  private final long bytesPerSecond;
  private final InstantSource clock;
  private final CRC32C checksum = new CRC32C();
  private Instant last;

  /**
   * The place at which to continue: the segment, and in it the frame after the frame with this
   * sequence.
   */
  private int segment = -1;

  private long order;
  private long offset;
  private long sequence;

  /** Counts the verified bytes. */
  public volatile long verified;

  /** Counts the times that the end of the journal was reached. */
  public volatile long rounds;

  /** Counts the damaged places found, again in each round. */
  public volatile long found;

  /**
   * @param bytesPerSecond the rate; 0 for none
   * @param clock measures the time between ticks
   */
  public Scrub(JournalHost host, long bytesPerSecond, InstantSource clock) {
    this.host = host;
    this.bytesPerSecond = bytesPerSecond;
    this.clock = clock;
    this.last = clock.instant();
  }

  /**
   * Verifies as many bytes as the time since the last tick allows, at most to the end of the
   * journal.
   */
  public synchronized void tick() {
    Instant now = clock.instant();
    Duration passed = Duration.between(last, now);
    if (bytesPerSecond == 0 || passed.isNegative() || passed.isZero()) {
      last = now;
      return;
    }
    boolean late = passed.compareTo(Tuning.SCRUB_ARREARS) > 0;
    double seconds = (late ? Tuning.SCRUB_ARREARS : passed).toNanos() / 1e9;
    long allowed = (long) (bytesPerSecond * seconds);
    if (allowed > 0) {
      last = now;
      verify(allowed);
    }
  }

  /** Verifies that many bytes, to the end of the last frame begun. */
  private void verify(long allowed) {
    long until = verified + allowed;
    boolean more = true;
    while (more && verified < until) {
      more = step(Math.min(until, verified + Tuning.SCRUB_STEP_BYTES));
    }
  }

  /** Verifies some frames of a segment; returns false at the end of the journal. */
  private boolean step(long until) {
    int inside = host.guard().enter();
    try {
      Segment next = find(host.owner().directory());
      if (next == null) {
        order = 0;
        segment = -1;
        rounds = rounds + 1;
        return false;
      }
      long end;
      int count;
      host.writing().lock(); // the writer moves the end of the last segment
      try {
        end = next.end;
        count = next.count();
      } finally {
        host.writing().unlock();
      }
      verify(next, end, count, until);
      return true;
    } finally {
      host.guard().exit(inside);
    }
  }

  private @Nullable Segment find(Directory segments) {
    for (Segment one : segments.all()) {
      if (one.order >= order) {
        if (one.id != segment) {
          segment = one.id;
          order = one.order;
          offset = 0;
        }
        return one;
      }
    }
    return null;
  }

  private void verify(Segment in, long end, int count, long until) {
    SegmentHeader header = header(in);
    if (header == null) {
      found = found + 1;
      in.damage.ofFrame(0, "the header of the segment does not match its checksum");
      records(in, 0, end, count);
      verified = verified + end;
      next(in, end);
      return;
    }
    if (offset == 0) {
      offset = Segment.HEADER;
      sequence = header.compacted() ? 0 : header.sequence();
    }
    FrameReader frames =
        new FrameReader(in.data, end, header, host.journal().spaces().salt(), checksum);
    frames.startAt(offset, sequence);
    while (verified < until && offset < end) {
      if (frames.next()) {
        verified = verified + frames.length();
        offset = frames.offset() + frames.length();
        sequence = frames.sequence();
      } else {
        damaged(in, frames, count, end);
      }
    }
    if (offset >= end) {
      next(in, end);
    }
  }

  private void next(Segment in, long end) {
    order = in.order + 1;
    offset = end;
  }

  private @Nullable SegmentHeader header(Segment in) {
    byte[] content = new byte[Segment.HEADER];
    SegmentHeader header;
    try {
      in.data.get(0, content, content.length);
      header = SegmentHeader.read(content);
    } catch (InternalError fault) {
      return null; // the JVM reports an unreadable page some time after the access
    }
    boolean fits =
        !Region.takeFault()
            && header != null
            && header.order() == in.order
            && header.from() == in.from
            && header.compacted() == in.isCompacted()
            && header.salt() == host.journal().spaces().salt();
    return fits ? header : null;
  }

  /** Finds the damaged records of a damaged frame, and continues after the frame. */
  private void damaged(Segment in, FrameReader frames, int count, long end) {
    long at = offset;
    String problem = frames.problem();
    long claimed = claimed(in, at, end);
    frames.startAt(at + claimed, sequence + 1);
    boolean known = claimed > 0 && (at + claimed == end || frames.next());
    // Checks all records to the end of the segment if the end of the frame is uncertain.
    long behind = known ? at + claimed : end;
    if (records(in, at, behind, count) == 0) {
      found = found + 1;
      in.damage.ofFrame(at, problem.isEmpty() ? "a frame is missing" : problem);
    }
    verified = verified + behind - at;
    offset = behind;
    sequence = sequence + 1;
    frames.startAt(offset, sequence);
  }

  private static long claimed(Segment in, long at, long end) {
    try {
      int claimed = end - at < Frame.HEADER ? 0 : in.data.getInt(at + Frame.LENGTH);
      return claimed >= Frame.HEADER && claimed <= end - at && !Region.takeFault() ? claimed : 0;
    } catch (InternalError fault) {
      return 0;
    }
  }

  /** Verifies the records that lie in a stretch; returns how many are damaged. */
  private int records(Segment in, long from, long to, int count) {
    int damaged = 0;
    for (int i = 0; i < count; i++) {
      long at = in.offsetAt(i);
      if (at >= from && at < to && RecordCopy.find(in, i) == null) {
        in.damage.ofRecord(at);
        damaged++;
      }
    }
    found = found + damaged;
    return damaged;
  }
}

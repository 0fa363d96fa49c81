package io.databroker.inmemory;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The live entries of a table, oldest write first. The cost of a rewrite or an eviction does not
 * grow with their number. Used by the writer alone.
 *
 * <p>A linked list of short runs holds the entries. Removing an entry writes only to its run; in a
 * linked list of entries it would write to both neighbours, which costs cache misses and work of
 * the garbage collector. An empty run leaves the list.
 */
final class WriteOrder {
  private static final int SHORTEST = 4;
  private static final int LONGEST = 64;

  private Run oldest = new Run(SHORTEST);

  /** The run that entries are appended to; only empty, reserved runs follow it. */
  private Run youngest = oldest;

  private Run last = oldest;

  /** Number of entries that fit into the existing runs. */
  private int room = SHORTEST;

  private int size;

  /** The latest time since the list was last empty. */
  private Instant latest = Instant.MIN;

  /** The largest step back of times since then, in seconds, rounded up. */
  private long slack;

  @Nullable Entry oldest() {
    return size == 0 ? null : next(oldest, 0);
  }

  /** Returns the entry written next, or null. */
  @Nullable Entry after(Entry entry) {
    return entry.run == null ? null : next(entry.run, entry.place + 1);
  }

  private static @Nullable Entry next(Run from, int place) {
    for (Run run = from; run != null; run = run.newer) {
      for (; place < run.used; place++) {
        Entry entry = run.entries[place];
        if (entry != null) {
          return entry;
        }
      }
      place = 0;
    }
    return null;
  }

  /**
   * Returns by how many seconds the time of an entry may be before that of an older entry; 0 unless
   * the clock stepped back.
   */
  long slack() {
    return slack;
  }

  /** Reserves room, so that appending that many entries cannot fail. */
  void reserve(int entries) {
    while (room < entries) {
      Run run = new Run(Math.min(LONGEST, last.entries.length * 2));
      run.older = last;
      last.newer = run;
      last = run;
      room += run.entries.length;
    }
  }

  /** Appends an entry, unless it is a delete, and removes the live one that it supersedes. */
  void supersede(Entry entry) {
    Entry previous = entry.previous();
    if (previous != null && !previous.deleted()) {
      remove(previous);
    }
    if (!entry.deleted()) {
      append(entry);
    }
  }

  /** Appends an entry into reserved room. */
  void append(Entry entry) {
    if (size++ == 0) {
      latest = Instant.MIN;
      slack = 0;
    }
    Run run = youngest;
    if (run.used == run.entries.length) {
      youngest = run.next();
      if (run.live == 0) {
        drop(run);
      }
      run = youngest;
    }
    entry.run = run;
    entry.place = (byte) run.used;
    run.entries[run.used++] = entry;
    run.live++;
    room--;
    Instant time = entry.record.modifiedAt();
    if (!time.isBefore(latest)) {
      latest = time;
    } else {
      slack = Math.max(slack, latest.getEpochSecond() - time.getEpochSecond() + 1);
    }
  }

  void remove(Entry entry) {
    Run run = entry.run;
    if (run == null) {
      return;
    }
    size--;
    run.entries[entry.place] = null;
    // The logs hold the entry, so it must not keep the run alive.
    entry.run = null;
    if (--run.live == 0 && run != youngest) {
      drop(run);
    }
  }

  private void drop(Run run) {
    Run newer = run.next(); // it is not the youngest
    newer.older = run.older;
    if (run.older == null) {
      oldest = newer;
    } else {
      run.older.newer = newer;
    }
  }

  /** Run of entries in the order of their writes. */
  static final class Run {
    private final @Nullable Entry[] entries;
    private int used;
    private int live;
    private @Nullable Run older;
    private @Nullable Run newer;

    private Run(int length) {
      entries = new @Nullable Entry[length];
    }

    private Run next() {
      if (newer == null) {
        throw new IllegalStateException("no room was reserved");
      }
      return newer;
    }
  }
}

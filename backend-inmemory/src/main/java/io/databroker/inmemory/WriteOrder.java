package io.databroker.inmemory;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The live entries of a table, the oldest written first, so that a rewrite and an eviction cost the
 * same however many there are. The writer's alone.
 *
 * <p>Entries stand in short runs, and the runs in a list. To take an entry out touches its run
 * alone, and not the entries beside it, which would have to be fetched from memory, and told to the
 * garbage collector. A run that holds nothing any more leaves the list.
 */
final class WriteOrder {
  private static final int SHORTEST = 4;
  private static final int LONGEST = 64;

  private Run oldest = new Run(SHORTEST);

  /** The one that is appended to; behind it are only empty ones, for what was reserved. */
  private Run youngest = oldest;

  private Run last = oldest;

  /** How many entries can be appended to the runs that are there. */
  private int room = SHORTEST;

  private int size;

  /** The latest time since the list was last empty. */
  private Instant latest = Instant.MIN;

  /** By how many seconds, rounded up, times have stepped back behind it at most. */
  private long slack;

  @Nullable Entry oldest() {
    return size == 0 ? null : next(oldest, 0);
  }

  /** The entry that was written next. */
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
   * By how many seconds at most an entry's time is before that of an older one: 0, unless the clock
   * has stepped back.
   */
  long slack() {
    return slack;
  }

  /** From here on that many can be appended, and nothing can fail. */
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

  /** Appends an entry that there was room reserved for. */
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
    // The logs keep the entry: it must not keep others.
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

  /** Entries that were written one after the other. */
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

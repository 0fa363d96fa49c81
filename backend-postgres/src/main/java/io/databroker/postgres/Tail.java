package io.databroker.postgres;

import io.databroker.api.Changes;
import io.databroker.api.Position;
import io.databroker.api.StoredRecord;
import io.databroker.api.support.WaitingFeeds;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Cache of the end of the history on this host: its bounds, and a bounded number of pages that
 * feeds read last. One read of the end serves all feeds.
 *
 * <p>While feeds wait, the tail reads every change from {@code coveredFrom} on, without a gap, to
 * learn which types were written: a trim can then advance the feeds of other types.
 */
final class Tail {
  private static final long MOST_BYTES = 32L << 20;
  private static final int MOST_PAGES = 4_096;
  private static final long FRESH_NANOS = 2_000_000;

  /** The number of trims for which the last changes of quiet types are remembered. */
  private static final int REMEMBERED_TRIMS = 64;

  private final Sessions sessions;
  private final WaitingFeeds feeds;
  private final Cluster cluster;
  private final ReentrantLock publishing = new ReentrantLock();
  private final ReentrantLock refreshing = new ReentrantLock();

  /** Pages by their first version. */
  private final TreeMap<Long, Page> pages = new TreeMap<>();

  private final Map<String, Long> lastOfType = new HashMap<>();

  /** The first versions that the last trims kept, oldest first. */
  private final Deque<Long> trims = new ArrayDeque<>();

  private long coveredFrom;
  private long coveredTo;
  private long bytes;
  private long uses;
  private volatile StoreRow known;
  private volatile long checkedAt = System.nanoTime();

  Tail(Sessions sessions, WaitingFeeds feeds, Cluster cluster, StoreRow row) {
    this.sessions = sessions;
    this.feeds = feeds;
    this.cluster = cluster;
    this.known = row;
    this.coveredFrom = row.latest();
    this.coveredTo = row.latest();
    cluster.saw(row);
  }

  /** The bounds last seen by this host. */
  StoreRow known() {
    return known;
  }

  /** Publishes the bounds that a call has read or written. */
  void publish(StoreRow row) {
    publish(row, List.of());
  }

  /**
   * Publishes changes that this host has written or read, and signals the waiting feeds. Call it
   * without any lock or connection that a call needs: a signal may wait for that call.
   */
  void publish(StoreRow row, List<Page> read) {
    note(row, read).run();
  }

  /** Publishes changes, for a caller that signals the waiting feeds later, by the returned task. */
  Runnable note(StoreRow row, List<Page> read) {
    Set<String> types = new HashSet<>();
    StoreRow before;
    publishing.lock();
    try {
      before = known;
      if (row.history() < before.history()) {
        return () -> {};
      }
      if (row.history() > before.history()) {
        forget(row);
      }
      for (Page page : read) {
        add(page, types);
      }
      StoreRow after = later(before, row);
      if (after.earliest() > before.earliest() && after.history() == before.history()) {
        feeds.beginTrim(after.earliest());
        trims.add(after.earliest());
        if (trims.size() > REMEMBERED_TRIMS) {
          forgetBefore(trims.remove());
        }
      }
      known = after;
      cluster.saw(after);
    } finally {
      publishing.unlock();
    }
    return row.history() > before.history() ? feeds::wakeAll : () -> signal(before, types);
  }

  private void signal(StoreRow before, Set<String> types) {
    if (known.earliest() > before.earliest()) {
      feeds.endTrim(known.earliest());
    }
    feeds.wake(types);
  }

  private static StoreRow later(StoreRow before, StoreRow row) {
    if (row.history() > before.history() || row.isNoOlderThan(before)) {
      return row;
    }
    return before
        .upTo(Math.max(before.latest(), row.latest()))
        .from(Math.max(before.earliest(), row.earliest()));
  }

  private void forget(StoreRow row) {
    pages.clear();
    bytes = 0;
    cover(row.latest());
  }

  private void cover(long version) {
    coveredFrom = version;
    coveredTo = version;
    lastOfType.clear();
    trims.clear();
  }

  /**
   * Forgets the changes before that version. Feeds that begin to wait during a trim still ask for
   * the changes that the trim removes, so this call comes long after the trim.
   */
  private void forgetBefore(long first) {
    lastOfType.values().removeIf(version -> version < first);
    coveredFrom = Math.max(coveredFrom, first - 1);
  }

  private void add(Page page, Set<String> types) {
    keep(page);
    if (page.first > coveredTo + 1 || page.last <= coveredTo) {
      return;
    }
    for (Changes batch : page.batches()) {
      for (StoredRecord record : batch.records()) {
        if (record.version() > coveredTo) {
          lastOfType.put(record.type(), record.version());
          types.add(record.type());
        }
      }
    }
    coveredTo = page.last;
  }

  private void keep(Page page) {
    page.used = ++uses;
    Page replaced = pages.put(page.first, page);
    bytes += page.bytes - (replaced == null ? 0 : replaced.bytes);
    if (bytes > MOST_BYTES || pages.size() > MOST_PAGES) {
      List<Page> all = new ArrayList<>(pages.values());
      all.sort(Comparator.comparingLong(it -> it.used));
      for (Page old : all.subList(0, Math.max(1, all.size() / 4))) {
        if (old != page) {
          pages.remove(old.first);
          bytes -= old.bytes;
        }
      }
    }
  }

  /** Returns whether a change of the given type may follow a version, up to another one. */
  boolean holds(@Nullable String type, long after, long through) {
    if (type == null) {
      return after < through;
    }
    publishing.lock();
    try {
      return after < coveredFrom || through > coveredTo || mayBeWritten(type, after, through);
    } finally {
      publishing.unlock();
    }
  }

  /**
   * Returns whether the type may have been written in the given range. If the type was also written
   * later, it searches the pages.
   */
  private boolean mayBeWritten(String type, long after, long through) {
    long last = lastOfType.getOrDefault(type, Long.MIN_VALUE);
    if (last <= through) {
      return last > after;
    }
    long from = after;
    while (from < through) {
      Map.Entry<Long, Page> entry = pages.floorEntry(from + 1);
      if (entry == null || entry.getValue().last <= from) {
        return true;
      }
      Changes changes = entry.getValue().next(from, type);
      if (!changes.isBookmark()) {
        return changes.records().get(0).version() <= through;
      }
      from = entry.getValue().last;
    }
    return false;
  }

  /**
   * Returns the next answer of a feed of the given history, or null if the changes are no longer
   * held.
   *
   * @param latest if no change up to here concerns the feed, the answer is a bookmark at this
   *     version or later
   */
  @Nullable Changes next(long serverVersion, @Nullable String type, long after, long latest) {
    long from = after;
    while (from < latest && holds(type, from, latest)) {
      Page page = kept(serverVersion, from + 1);
      if (page == null) {
        long behind = from;
        Read read = sessions.read(connection -> read(connection, type, behind, latest));
        publish(read.row, read.page == null ? List.of() : List.of(read.page));
        boolean isHeld =
            read.row.serverVersion() == serverVersion && read.row.earliest() <= after + 1;
        if (!isHeld || (read.page == null && read.from < latest)) {
          return null;
        }
        from = read.from;
        page = read.page;
      }
      if (page != null) {
        Changes changes = page.next(from, type);
        if (!changes.isBookmark()) {
          return changes;
        }
        from = page.last;
      }
    }
    return new Changes(List.of(), new Position(serverVersion, from < latest ? latest : from));
  }

  /**
   * A page and the version before it; for one type, the page begins at the next change of that
   * type.
   *
   * @param page null if no change follows, or the changes are no longer held
   */
  private record Read(StoreRow row, long from, @Nullable Page page) {}

  private static Read read(Connection connection, @Nullable String type, long after, long latest)
      throws SQLException {
    long from = type == null ? after : PageReader.nextOfType(connection, type, after, latest) - 1;
    if (from >= latest) {
      return new Read(Reads.storeRow(connection), from, null);
    }
    PageReader.Answer answer = PageReader.read(connection, from);
    return new Read(answer.row(), from, answer.page());
  }

  private @Nullable Page kept(long serverVersion, long version) {
    publishing.lock();
    try {
      Map.Entry<Long, Page> entry = pages.floorEntry(version);
      if (entry == null
          || entry.getValue().last < version
          || entry.getValue().serverVersion != serverVersion) {
        return null;
      }
      entry.getValue().used = ++uses;
      return entry.getValue();
    } finally {
      publishing.unlock();
    }
  }

  /** Reads the bounds, unless they were read a moment ago or another thread is reading them. */
  void refresh() {
    if (System.nanoTime() - checkedAt < FRESH_NANOS || !refreshing.tryLock()) {
      return;
    }
    Runnable signals;
    try {
      long began = System.nanoTime();
      signals = note(sessions.read(Reads::storeRow), List.of());
      checkedAt = began;
    } finally {
      refreshing.unlock();
    }
    signals.run();
  }

  /** Returns whether all changes up to the given version were published. */
  boolean isCaughtUpTo(long version) {
    publishing.lock();
    try {
      return known.latest() >= version && coveredTo >= version;
    } finally {
      publishing.unlock();
    }
  }

  /** Reads all changes made up to now. */
  void catchUp() {
    List<Runnable> signals = new ArrayList<>();
    try {
      sessions.read(
          connection -> {
            catchUp(connection, signals::add);
            return true;
          });
    } finally {
      signals.forEach(Runnable::run); // only now: they may wait for a call that needs a connection
    }
  }

  /** Reads all changes made up to now, over a connection that no call needs. */
  void catchUp(Connection connection) throws SQLException {
    catchUp(connection, Runnable::run);
  }

  private void catchUp(Connection connection, Consumer<Runnable> signals) throws SQLException {
    StoreRow row = Reads.storeRow(connection);
    while (true) {
      long from = startOf(row, signals);
      if (from >= row.latest()) {
        signals.accept(note(row, List.of()));
        return;
      }
      PageReader.Answer answer = PageReader.read(connection, from);
      Page page = answer.page();
      if (page == null) {
        // The changes were trimmed before they were read: the waiting feeds get history-trimmed.
        publishing.lock();
        try {
          cover(answer.row().latest());
        } finally {
          publishing.unlock();
        }
        signals.accept(note(answer.row(), List.of()));
        signals.accept(feeds::wakeAll);
        return;
      }
      signals.accept(note(answer.row(), List.of(page)));
      row = answer.row();
    }
  }

  /**
   * Returns the version after which to read; the last one if no feed waits. In that case it
   * publishes the bounds and then looks for waiting feeds again: a feed that begins to wait later
   * sees these bounds, and is ready.
   */
  long startOf(StoreRow row, Consumer<Runnable> signals) {
    if (!feeds.mayWait()) {
      signals.accept(note(row, List.of()));
    }
    publishing.lock();
    try {
      if (row.history() != known.history()) {
        return row.latest();
      }
      boolean isPublished = known.latest() >= row.latest();
      if (isPublished && coveredTo < row.latest() && !feeds.mayWait()) {
        cover(row.latest());
      }
      return coveredTo;
    } finally {
      publishing.unlock();
    }
  }
}

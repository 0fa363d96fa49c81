package io.databroker.offheap;

import io.databroker.api.Bytes;
import io.databroker.api.StorageFailedException;
import io.databroker.api.StoredRecord;
import io.databroker.api.Versions;
import io.databroker.offheap.journal.Directory;
import io.databroker.offheap.journal.JournalOwner;
import io.databroker.offheap.journal.Micros;
import io.databroker.offheap.journal.RecordCopy;
import io.databroker.offheap.journal.Segment;
import io.databroker.offheap.journal.SideState;
import io.databroker.offheap.memory.Guard;
import io.databroker.offheap.memory.KeyIndex;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The records, types, options and change feed of one server version; a clear begins another.
 *
 * <p><b>How it works.</b> One writer at a time, under the store's lock; readers take no lock. A
 * batch is <i>planned</i> in memory that no reader reads. New keys enter the key index, marked as
 * fresh; no later step can run out of memory. The frame is <i>appended</i> to the journal. Then the
 * batch is <i>installed</i>: the records get their slots, their predecessors are marked as
 * superseded, and the key index gets the last version of each key. The batch is <i>committed</i> by
 * one volatile store of {@link #commit}: at once, or after an fsync, so that several batches may be
 * installed and not yet committed.
 *
 * <p><b>Why it is right.</b> A reader of one key takes its newest version from the key index, and
 * then reads {@link #commit}. If that version is not later, it was the newest when the index was
 * read. If it is later, the reader walks back through the versions that its records name as
 * previous, to the first that is committed: no version of the key lies between that one and the
 * commit, so it was the key's record at that commit. A fresh key had no record. A reader of many
 * records reads {@link #commit} once and checks for each slot whether its record was live at that
 * version; it ignores marks by later versions.
 *
 * <p>A fresh key can be taken back: if the append fails, the key leaves the index, and the next
 * batch writes another record at the same place under the same version. So a reader of one key
 * compares type, id, version and checksum of the record with the requested ones, and repeats the
 * look-up if they differ. Slots are never taken back.
 *
 * <p>Memory is freed only when no thread inside the {@link Guard} can still read it, and a record
 * only when neither the feed nor an open snapshot holds it: see {@link #forgotten}.
 */
final class History implements JournalOwner, HotRecords.Source {
  /** Delete that is still in the key index. */
  record Tombstone(TypeTable table, String id, long version) {}

  final long serverVersion;
  final KeyIndex keys;
  final Set<OpenSnapshot> snapshots = ConcurrentHashMap.newKeySet();

  /** For the writer only. */
  final Queue<Tombstone> tombstones = new ArrayDeque<>();

  final TypeTables types = new TypeTables(this::forgotten, this::unreachable, this::oldestSnapshot);
  final Map<String, TypeTable> tables = types.byName;

  volatile Directory directory = Directory.EMPTY;

  /** The commit that readers see. */
  volatile Commit commit;

  /** The commit that the next batch builds on; only for the writer. */
  Commit planned;

  /** Estimated heap of all options, in bytes; only for the writer. */
  long optionBytes;

  private final Function<History, SideState> state;

  /** The version of the first change, even if it is no longer held; 0 if it is not known. */
  private volatile long firstEver;

  /** Copies of records on the heap; null if there are none, or no longer. */
  volatile @Nullable HotRecords hot;

  private final AtomicBoolean freed = new AtomicBoolean();

  History(
      long serverVersion,
      long version,
      OffheapSettings settings,
      Function<History, SideState> state) {
    this.serverVersion = serverVersion;
    this.state = state;
    this.firstEver = version + 1;
    // The copies come first: if the heap had no room for them, nobody would free the key index.
    this.hot = HotRecords.of(settings.cacheBytes());
    this.keys = new KeyIndex(settings.expectedRecords(), settings.growth());
    this.commit = Commit.start(version);
    this.planned = commit;
  }

  @Override
  public Directory directory() {
    return directory;
  }

  @Override
  public void setDirectory(Directory next) {
    directory = next;
  }

  @Override
  public long lastVersion() {
    return planned.version();
  }

  @Override
  public SideState state() {
    return state.apply(this);
  }

  /**
   * Takes over the version of the first change from the journal; 0 if the journal does not contain
   * it.
   */
  void beganWith(long version) {
    firstEver = version;
  }

  /** Returns the version before the first change; -1 if that is not known. */
  long begun() {
    return firstEver - 1;
  }

  /** Returns the name and the bounds, at one instant. */
  Versions versions() {
    Commit now = commit;
    return new Versions(serverVersion, now.first(), now.version());
  }

  @Nullable StoredRecord get(String type, String id) {
    HotRecords copies = hot;
    return copies == null ? look(type, id) : copies.get(this, type, id);
  }

  @Override
  public long committed() {
    return commit.version();
  }

  @Override
  public @Nullable StoredRecord look(String type, String id) {
    TypeTable table = tables.get(type);
    Lookup look = Lookup.mine();
    if (table == null || !look.key.set(table.number, id)) {
      return null;
    }
    long mismatched = 0;
    while (true) {
      Directory segments = directory;
      if (!keys.find(look.key, look.place)) {
        return null;
      }
      long latest = commit.version();
      long version = look.place.version;
      if (version > latest && look.place.isFresh()) {
        return null;
      }
      long at = look.place.offset();
      int checksum = look.place.checksum;
      Segment segment = segments.byId(look.place.segment());
      if (segment == null || version > latest) {
        version = committed(segments, version, latest);
        segment = version == 0 ? null : segments.holding(version);
        int index = segment == null ? 0 : segment.indexOf(version);
        at = segment == null ? 0 : segment.offsetAt(index);
        checksum = segment == null ? 0 : segment.checksumAt(index);
      }
      if (segment != null) {
        RecordCopy found = RecordCopy.find(segment, at, checksum);
        if (found != null && found.is(version, table.utf8, look.key.id, look.key.length)) {
          return found.deleted()
              ? null
              : new StoredRecord(
                  table.type,
                  id,
                  version,
                  found.payload(),
                  Micros.instant(found.modified()),
                  false);
        }
        // A failed write freed the place, or the bytes are damaged: repeat the look-up.
        if (mismatched == version && segments == directory) {
          if (isDelete(segment, version)) {
            return null;
          }
          throw segment.damage.ofRecord(at);
        }
        mismatched = version;
      } else if (version == 0 || segments == directory) {
        return null; // before the oldest pending version, the key was absent or deleted
      }
    }
  }

  /** Returns whether a committed version is a delete, by its slot alone. */
  private static boolean isDelete(Segment segment, long version) {
    int index = segment.indexOf(version);
    return index >= 0 && segment.supersededAt(index) == version;
  }

  /**
   * Returns the newest committed version of a key, walking back from a given one; 0 if there is
   * none.
   */
  private static long committed(Directory segments, long from, long latest) {
    long version = from;
    while (version > latest) {
      Segment segment = segments.holding(version);
      if (segment == null) {
        return version;
      }
      version = RecordCopy.of(segment, segment.indexOf(version)).previous();
    }
    return version;
  }

  /**
   * Returns the record in the given slot, with its last payload if it is a delete.
   *
   * @return null if its type, or the last payload of a delete, is no longer held: then it was
   *     trimmed
   * @throws StorageFailedException if it is damaged, or its last payload is
   */
  @Nullable StoredRecord record(Directory segments, Segment segment, int index) {
    RecordCopy found = RecordCopy.of(segment, index);
    return record(segments, segment, index, found, Micros.instant(found.modified()));
  }

  /**
   * Returns the record in the given slot, as {@link #record(Directory, Segment, int)} does.
   *
   * @param found the record, read by this thread
   * @param modified the time of its write; the records of a put share one object
   */
  @Nullable StoredRecord record(
      Directory segments, Segment segment, int index, RecordCopy found, Instant modified) {
    TypeTable table = types.get(segment.typeAt(index));
    if (table == null) {
      return null;
    }
    String type = table.type;
    long version = segment.versionAt(index);
    String id = found.id();
    if (!found.deleted()) {
      return new StoredRecord(type, id, version, found.payload(), modified, false);
    }
    long previous = found.previous();
    Segment holding = segments.holding(previous);
    if (holding == null) {
      return null;
    }
    Bytes last = RecordCopy.of(holding, holding.indexOf(previous)).payload();
    return new StoredRecord(type, id, version, last, modified, true);
  }

  /** Returns whether a version is live after the last planned batch; only for the writer. */
  boolean isLive(long version) {
    Segment segment = directory.holding(version);
    return segment != null && segment.supersededAt(segment.indexOf(version)) == 0;
  }

  /** Returns the table of a type, and creates it if absent; only for the writer. */
  TypeTable table(String type) {
    return types.get(type);
  }

  /** Gives a record its slot and marks the one before it; only for the writer. */
  void install(
      Segment segment,
      TypeTable table,
      long version,
      long offset,
      int size,
      int checksum,
      boolean deleted,
      long previous) {
    segment.add(version, offset, size, table.number, checksum, deleted);
    table.lastVersion = version;
    table.order.add(0, version);
    if (previous != 0) {
      Segment holding = directory.holding(previous);
      if (holding != null) {
        int index = holding.indexOf(previous);
        if (holding.supersededAt(index) == 0) {
          holding.supersede(index, version);
        }
      }
    }
  }

  /** Removes committed deletes from the key index, and frees unused types; only for the writer. */
  void settle() {
    long latest = commit.version();
    Lookup look = Lookup.mine();
    for (Tombstone next = tombstones.peek();
        next != null && next.version() <= latest;
        next = tombstones.peek()) {
      tombstones.remove();
      look.key.set(next.table().number, next.id());
      if (keys.find(look.key, look.place) && look.place.version == next.version()) {
        keys.remove(look.key);
      }
    }
    types.sweep(commit.first());
  }

  /** Returns the test for versions that neither the feed nor a snapshot can ask for again. */
  LongPredicate forgotten() {
    // Read before the snapshots: a snapshot opened later is at this commit or after it.
    long bound = commit.first() - 1;
    return gone(Math.min(bound, oldestSnapshot()));
  }

  /** Returns the test for versions that no snapshot can ask for again. */
  LongPredicate unreachable() {
    long bound = commit.version();
    return gone(Math.min(bound, oldestSnapshot()));
  }

  private LongPredicate gone(long bound) {
    Directory segments = directory;
    return version -> {
      if (version > bound) {
        return false; // a successor, if there is one, is later still
      }
      Segment segment = segments.holding(version);
      if (segment == null) {
        return true;
      }
      long superseded = segment.supersededAt(segment.indexOf(version));
      return superseded != 0 && superseded <= bound;
    };
  }

  @Override
  public long firstHeld() {
    return commit.first();
  }

  @Override
  public void expireOldestSnapshot() {
    snapshots.stream()
        .min(Comparator.comparingLong(OpenSnapshot::heldVersion))
        .ifPresent(OpenSnapshot::expire);
  }

  @Override
  public long oldestSnapshot() {
    return snapshots.stream().mapToLong(OpenSnapshot::heldVersion).min().orElse(Long.MAX_VALUE);
  }

  /**
   * Frees this history, after a clear, once no snapshot holds it. Must not be called inside the
   * guard.
   */
  void retire(Store store) {
    // Waits for the calls inside the guard, because they may still open a snapshot of this history.
    store.guard.await();
    if (!snapshots.iterator().hasNext()) {
      store.publisher.forget(directory.all());
      free();
      store.ended.remove(this);
    }
  }

  /** Frees all memory, once; the history must not be used afterwards. */
  void free() {
    if (!freed.compareAndSet(false, true)) {
      return;
    }
    hot = null;
    directory.all().forEach(Segment::free);
    types.free();
    keys.free();
  }
}

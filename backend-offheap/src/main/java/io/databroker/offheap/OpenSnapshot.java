package io.databroker.offheap;

import io.databroker.api.ClosedException;
import io.databroker.api.FieldValue;
import io.databroker.api.Position;
import io.databroker.api.Selection;
import io.databroker.api.Snapshot;
import io.databroker.api.SnapshotExpiredException;
import io.databroker.api.StorageFailedException;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.offheap.journal.Directory;
import io.databroker.offheap.journal.Micros;
import io.databroker.offheap.journal.RecordCopy;
import io.databroker.offheap.journal.Segment;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Open snapshot at one version: every record that was live at that version is kept. It copies
 * nothing and delays no writer; its cost is the room of the records superseded since then.
 */
final class OpenSnapshot implements Snapshot {
  private final Store store;
  private final History history;
  private final Selection selection;
  private final Commit commit;
  private final long held;
  private volatile boolean closed;
  private volatile boolean expired;

  OpenSnapshot(Store store, History history, Selection selection) {
    this.store = store;
    this.history = history;
    this.selection = selection;
    // Registered before the commit is read: records dropped in between were not live at that
    // commit.
    this.held = history.commit.version();
    history.snapshots.add(this);
    this.commit = history.commit;
  }

  /** Returns the version at which live records must not be dropped. */
  long heldVersion() {
    return held;
  }

  @Override
  public Position position() {
    checkOpen();
    return new Position(history.serverVersion, commit.version());
  }

  @Override
  public Map<String, TypeOptions> options() {
    checkOpen();
    return commit.options().asMap();
  }

  @Override
  public Iterator<StoredRecord> records() {
    checkOpen();
    if (selection instanceof Selection.OfType ofType) {
      return new Pass(List.of(VersionSource.ofType(history, ofType.type())), null, false);
    }
    if (selection instanceof Selection.Where where) {
      return lookUp(where);
    }
    return new Pass(List.of(VersionSource.all()), null, true);
  }

  private Iterator<StoredRecord> lookUp(Selection.Where where) {
    TypeOptions options = commit.options(where.type());
    List<FieldValue> terms = new ArrayList<>();
    List<VersionSource> sources = new ArrayList<>();
    for (FieldValue term : where.anyOf()) {
      if (options.indexedFields().contains(term.field())) {
        terms.add(term);
        sources.add(VersionSource.byValue(history, where.type(), term));
      }
    }
    return new Pass(sources, new Match(store.extractor, options.indexedFields(), terms), false);
  }

  private void checkOpen() {
    store.guard.checkOpen();
    if (closed) {
      throw new ClosedException("snapshot");
    }
    if (expired) {
      throw new SnapshotExpiredException(commit.version());
    }
  }

  /** Releases the snapshot's records. */
  void expire() {
    expired = true;
    history.snapshots.remove(this);
  }

  @Override
  public void close() {
    closed = true;
    if (history.snapshots.remove(this) && store.history != history && !store.guard.isClosed()) {
      history.retire(store);
    }
  }

  /**
   * Iterates over the records, in portions: it finds and copies them inside the guard and returns
   * them outside. A damaged record throws when its turn comes, and the next call continues after
   * it.
   */
  private final class Pass implements Iterator<StoredRecord> {
    /** Bytes of a portion: thousands of snapshots may be open, each with one. */
    private static final int BYTES = 1 << 16;

    private final List<VersionSource> sources;
    private final @Nullable Match match;
    private final boolean inBatches;
    private final List<@Nullable StoredRecord> page = new ArrayList<>();
    private int source;
    private int next;
    private @Nullable StorageFailedException damage;

    /** The batch that was read last, and its last slot; only while a portion is filled. */
    private @Nullable RecordCopy batch;

    private @Nullable Segment batchSegment;
    private int batchEnd;

    /** The time of the last record, in both forms: the records of a batch share it. */
    private long micros;

    private Instant modified = Instant.EPOCH;

    /**
     * @param inBatches whether most records of a batch are wanted, so that it is verified as a
     *     whole
     */
    Pass(List<VersionSource> sources, @Nullable Match match, boolean inBatches) {
      this.sources = sources;
      this.match = match;
      this.inBatches = inBatches;
    }

    @Override
    public boolean hasNext() {
      checkOpen();
      while (next == page.size()) {
        StorageFailedException damaged = damage;
        if (damaged != null) {
          damage = null;
          throw damaged;
        }
        if (source == sources.size()) {
          return false;
        }
        fill();
      }
      return true;
    }

    private void fill() {
      page.clear();
      next = 0;
      batchSegment = null; // the thread may have read another batch meanwhile
      int inside = store.guard.enter();
      try {
        checkOpen();
        Directory segments = history.directory;
        int bytes = 0;
        VersionSource from = sources.get(source);
        while (bytes < BYTES && page.size() < 256) {
          long version = from.next(segments, commit.version());
          if (version == 0) {
            source++;
            break;
          }
          bytes += take(segments, version);
        }
        // The snapshot expired meanwhile: the record's place may have been reused during the read.
        checkOpen();
      } catch (StorageFailedException damaged) {
        checkOpen();
        damage = damaged;
      } finally {
        store.guard.exit(inside);
      }
    }

    private int take(Directory segments, long version) {
      Segment segment = segments.holding(version);
      if (segment == null) {
        return 0;
      }
      int index = segment.indexOf(version);
      if (!segment.isLiveAt(index, commit.version())) {
        return 0;
      }
      RecordCopy copy = copy(segment, index);
      if (copy.modified() != micros) {
        micros = copy.modified();
        modified = Micros.instant(micros);
      }
      StoredRecord record = history.record(segments, segment, index, copy, modified);
      if (record != null && (match == null || match.first(record, source))) {
        page.add(record);
      }
      return segment.sizeAt(index);
    }

    private RecordCopy copy(Segment segment, int index) {
      RecordCopy last = batch;
      if (last != null && segment == batchSegment && index <= batchEnd) {
        last.select(segment, index);
        return last;
      }
      long most = commit.version() - segment.versionAt(index) + 1;
      RecordCopy whole =
          inBatches
              ? RecordCopy.ofBatch(segment, index, most, store.journal.spaces().salt())
              : null;
      if (whole == null) {
        return RecordCopy.of(segment, index);
      }
      batch = whole;
      batchSegment = segment;
      batchEnd = index + whole.followers();
      return whole;
    }

    @Override
    public StoredRecord next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      return Objects.requireNonNull(page.set(next++, null)); // only the caller may keep it
    }
  }
}

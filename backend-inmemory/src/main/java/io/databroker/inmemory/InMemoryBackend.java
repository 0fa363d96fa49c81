package io.databroker.inmemory;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.BackendState;
import io.databroker.api.ChangeFeed;
import io.databroker.api.Checkpoint;
import io.databroker.api.ClearResult;
import io.databroker.api.ClosedException;
import io.databroker.api.Lease;
import io.databroker.api.Position;
import io.databroker.api.PutResult;
import io.databroker.api.Selection;
import io.databroker.api.Snapshot;
import io.databroker.api.SteadyClock;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Versions;
import io.databroker.api.Write;
import io.databroker.api.support.Conditions;
import io.databroker.api.support.Extraction;
import io.databroker.api.support.HeapSnapshot;
import io.databroker.api.support.LeaseTable;
import io.databroker.api.support.Positions;
import io.databroker.api.support.ServerVersions;
import io.databroker.api.support.WaitingFeeds;
import io.databroker.api.support.WriteBatch;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The in-memory backend. Writers take turns at one lock; readers take none. {@link History}
 * explains why reads are linearizable. A clear replaces the history by one volatile store.
 */
final class InMemoryBackend implements Backend {
  private final SteadyClock clock;
  final Extraction extraction;
  final WaitingFeeds feeds;
  final Room room;

  /** Guarded by its own monitor. */
  private final LeaseTable leases = new LeaseTable();

  final ReentrantLock writing = new ReentrantLock();

  /** Keeps the compiler from removing the reads of {@link #find}; guarded by the lock. */
  @SuppressWarnings("unused")
  private long sizesFound;

  private final OptionsChange optionsChange = new OptionsChange(this);

  /** Null when closed. */
  private volatile @Nullable History history;

  InMemoryBackend(BackendContext context) {
    this(context, Room.shareOfHeap(0, 0));
  }

  InMemoryBackend(BackendContext context, Room room) {
    this.room = room;
    this.clock = SteadyClock.of(context.clock());
    this.extraction = new Extraction(context.extractor());
    this.feeds = new WaitingFeeds(context.notifier());
    this.history = new History(ServerVersions.next(0), 0);
  }

  History current() {
    History now = history;
    if (now == null) {
      throw new ClosedException("in-memory backend");
    }
    return now;
  }

  boolean isCurrent(History known) {
    return history == known;
  }

  /** Returns the history of the given name, or null if it has ended. */
  @Nullable History history(long serverVersion) {
    History now = history;
    return now == null || now.serverVersion != serverVersion ? null : now;
  }

  Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MICROS);
  }

  /** Signals the feeds that a trim concerns. Call it without any lock. */
  void endTrim() {
    History now = history;
    if (now != null) {
      feeds.endTrim(now.commit.first());
    }
  }

  @Override
  public Versions versions() {
    return current().versions();
  }

  @Override
  public PutResult put(List<Write> writes) {
    return write(WriteBatch.put(writes));
  }

  @Override
  public PutResult restore(List<StoredRecord> records) {
    return write(WriteBatch.restore(records));
  }

  private PutResult write(WriteBatch given) {
    List<Write> writes = given.writes();
    extraction.checkOutside();
    History now;
    Batch batch;
    StoredRecord[] stored = new StoredRecord[writes.size()];
    writing.lock();
    try {
      now = current();
      room.make(this, now, writes);
      @Nullable Entry[] committed = find(now, writes);
      Conditions.check(writes, index -> found(committed[index]));
      Instant time = now();
      batch = new Batch(now, time, writes.size());
      try {
        for (int i = 0; i < stored.length; i++) {
          batch.time = given.time(i, time);
          stored[i] = plan(batch, now, writes.get(i), committed[i], i);
        }
        if (!batch.isEmpty()) {
          batch.evict();
          batch.commit();
        }
      } finally {
        batch.abandon();
      }
    } finally {
      writing.unlock();
      room.tell(this);
    }
    feeds.wake(batch.touched(), Table::type);
    return new PutResult(now.serverVersion, batch.answer(stored));
  }

  /**
   * Returns the entries that hold the keys now. All are read, with the sizes of their payloads,
   * before the first is used, so that the processor loads several from memory at the same time.
   */
  private @Nullable Entry[] find(History history, List<Write> writes) {
    @Nullable Entry[] found = new @Nullable Entry[writes.size()];
    for (int i = 0; i < found.length; i++) {
      Write write = writes.get(i);
      Table table = history.tables.get(write.type());
      found[i] = table == null ? null : table.entries.get(write.id());
    }
    long sizes = 0;
    for (Entry entry : found) {
      sizes += entry == null ? 0 : entry.record.payload().size();
    }
    sizesFound = sizes;
    return found;
  }

  private static long found(@Nullable Entry entry) {
    return entry == null || entry.deleted() ? 0 : entry.version();
  }

  private StoredRecord plan(
      Batch batch, History history, Write write, @Nullable Entry committed, int index) {
    if (write instanceof Write.Put put) {
      Table table = committed == null ? history.table(put.type()) : committed.table;
      Map<String, String> values =
          extraction.values(index, table.type, put.payload(), table.extracted);
      return batch.put(table, committed, put.id(), put.payload(), values);
    }
    Table table = committed == null ? history.tables.get(write.type()) : committed.table;
    StoredRecord deleted = table == null ? null : batch.delete(table, committed, write.id());
    return deleted != null ? deleted : batch.absent(write);
  }

  @Override
  public @Nullable StoredRecord get(String type, String id) {
    return current().get(type, id);
  }

  @Override
  public List<String> listTypes() {
    return current().commit.types();
  }

  @Override
  public Snapshot snapshot(Selection selection) {
    extraction.checkOutside();
    History now = current();
    if (selection instanceof Selection.Where where) {
      LookUp.Found found = new LookUp(now, extraction, where).find();
      return snapshot(now, found.commit(), Collections.unmodifiableList(found.records()));
    }
    History.Frozen frozen =
        selection instanceof Selection.OfType ofType ? now.freeze(ofType.type()) : now.freeze();
    return snapshot(now, frozen.commit(), () -> Base.records(frozen.bases()));
  }

  private Snapshot snapshot(History of, Commit commit, Iterable<StoredRecord> records) {
    Position position = new Position(of.serverVersion, commit.version());
    return new HeapSnapshot(position, commit.options().asMap(), records, this::current);
  }

  @Override
  public ChangeFeed changes(Position from, @Nullable String type) {
    extraction.checkOutside();
    History now = current();
    Position start = Positions.start(from, now.versions(), now.begun);
    return feeds.open(start, type, new HistoryFeed(this, now.serverVersion, type));
  }

  @Override
  public Map<String, TypeOptions> options() {
    return current().commit.options().asMap();
  }

  @Override
  public void setOptions(String type, TypeOptions options) {
    extraction.checkOutside();
    optionsChange.apply(type, options);
  }

  @Override
  public @Nullable Lease acquireLease(String name, Duration duration) {
    extraction.checkOutside();
    History now = current();
    synchronized (leases) {
      Lease granted = leases.grant(name, duration, clock.elapsing());
      if (granted != null) {
        room.lease(now, leases.heapBytes(), LeaseTable.heapBytes(name));
        leases.put(granted);
      }
      return granted;
    }
  }

  @Override
  public @Nullable Lease renewLease(String name, long token, Duration duration) {
    extraction.checkOutside();
    current();
    synchronized (leases) {
      return leases.renew(name, token, duration, clock.elapsing());
    }
  }

  @Override
  public boolean releaseLease(String name, long token) {
    extraction.checkOutside();
    History now = current();
    synchronized (leases) {
      boolean released = leases.release(name, token, clock.elapsing());
      room.lease(now, leases.heapBytes(), 0);
      return released;
    }
  }

  @Override
  public long expire() {
    extraction.checkOutside();
    History now = current();
    synchronized (leases) {
      leases.sweep(clock.elapsing());
      room.lease(now, leases.heapBytes(), 0);
    }
    return new Expiry(this).run();
  }

  @Override
  public long trim(Instant before) {
    extraction.checkOutside();
    return new Trim(this).before(before);
  }

  @Override
  public ClearResult clear() {
    extraction.checkOutside();
    History ended;
    History begun;
    writing.lock();
    try {
      ended = current();
      begun = new History(ServerVersions.next(ended.serverVersion), ended.commit.version());
      history = begun;
    } finally {
      writing.unlock();
    }
    feeds.wakeAll();
    return new ClearResult(ended.serverVersion, begun.serverVersion);
  }

  @Override
  public Checkpoint checkpoint() {
    return current().checkpoint;
  }

  @Override
  public void setCheckpoint(Checkpoint checkpoint) {
    extraction.checkOutside();
    writing.lock();
    try {
      current().checkpoint = checkpoint;
    } finally {
      writing.unlock();
    }
  }

  @Override
  public Map<String, Long> counters() {
    History now = current();
    return room.counters(now);
  }

  @Override
  public BackendState state() {
    History now = history;
    return now == null ? BackendState.SERVING : room.state(now);
  }

  @Override
  public void close() {
    extraction.checkOutside();
    writing.lock();
    try {
      history = null;
    } finally {
      writing.unlock();
    }
    feeds.wakeAll();
  }
}

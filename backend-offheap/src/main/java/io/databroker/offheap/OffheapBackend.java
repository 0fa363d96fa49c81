package io.databroker.offheap;

import io.databroker.api.Backend;
import io.databroker.api.BackendState;
import io.databroker.api.ChangeFeed;
import io.databroker.api.Checkpoint;
import io.databroker.api.ClearResult;
import io.databroker.api.Condition;
import io.databroker.api.Lease;
import io.databroker.api.Position;
import io.databroker.api.PutResult;
import io.databroker.api.Selection;
import io.databroker.api.Snapshot;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Versions;
import io.databroker.api.Write;
import io.databroker.api.support.Conditions;
import io.databroker.api.support.Positions;
import io.databroker.api.support.ServerVersions;
import io.databroker.api.support.WriteBatch;
import io.databroker.offheap.journal.Compactor;
import io.databroker.offheap.journal.Frame;
import io.databroker.offheap.journal.Journal;
import io.databroker.offheap.journal.Segment;
import io.databroker.offheap.journal.SideState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Records off the heap. Writers take turns at one lock, readers take none: {@link History} explains
 * why this is correct.
 */
final class OffheapBackend implements Backend {
  final Store store;
  final Compactor compactor;
  private final Runnable afterwards;
  private final ReentrantLock closing = new ReentrantLock();
  private final OptionsChange optionsChange;
  private final LeaseCalls leaseCalls;

  /**
   * @param afterwards runs after the last use of the store
   */
  OffheapBackend(Store store, Compactor compactor, Runnable afterwards) {
    this.store = store;
    this.compactor = compactor;
    this.afterwards = afterwards;
    this.optionsChange = new OptionsChange(store);
    this.leaseCalls = new LeaseCalls(store);
  }

  @Override
  public Versions versions() {
    return store.versions();
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
    List<TypeTable> written = new ArrayList<>(2);
    return store.write(written, now -> write(now, given, written));
  }

  private PutResult write(History now, WriteBatch given, List<TypeTable> written) {
    List<Write> writes = given.writes();
    Instant time = store.now();
    Conditions.check(writes, i -> conditionVersion(now, writes.get(i)));
    StoredRecord[] stored = new StoredRecord[writes.size()];
    try (Batch batch = new Batch(store, now, time, writes.size())) {
      for (int i = 0; i < stored.length; i++) {
        batch.at(given.time(i, time));
        stored[i] = plan(batch, now, writes.get(i), i);
      }
      if (!batch.isEmpty()) {
        batch.evict();
        batch.commit();
        written.addAll(batch.touched());
      }
    }
    return new PutResult(now.serverVersion, List.of(stored));
  }

  private static long conditionVersion(History now, Write write) {
    return write.condition() == Condition.NONE
        ? 0
        : Batch.liveVersion(now, write.type(), write.id());
  }

  private StoredRecord plan(Batch batch, History now, Write write, int index) {
    if (write instanceof Write.Put put) {
      TypeTable table = now.table(put.type());
      Map<String, String> values =
          store.extractor.values(index, table.type, put.payload(), table.extracted);
      return batch.put(table, put.id(), put.payload(), values);
    }
    TypeTable table = now.tables.get(write.type());
    StoredRecord deleted = table == null ? null : batch.delete(table, write.id());
    return deleted != null ? deleted : batch.absent(write.type(), write.id());
  }

  @Override
  public @Nullable StoredRecord get(String type, String id) {
    int inside = store.guard.enter();
    try {
      return store.history.get(type, id);
    } finally {
      store.guard.exit(inside);
    }
  }

  @Override
  public List<String> listTypes() {
    store.guard.checkOpen();
    return store.history.commit.types();
  }

  @Override
  public Snapshot snapshot(Selection selection) {
    int inside = store.guard.enter();
    try {
      return new OpenSnapshot(store, store.history, selection);
    } finally {
      store.guard.exit(inside);
    }
  }

  @Override
  public ChangeFeed changes(Position from, @Nullable String type) {
    store.guard.checkOpen();
    History now = store.history;
    Position start = Positions.start(from, now.versions(), now.begun());
    return store.feeds.open(start, type, new FeedReader(store, now, type));
  }

  @Override
  public Map<String, TypeOptions> options() {
    store.guard.checkOpen();
    return store.history.commit.options().asMap();
  }

  @Override
  public void setOptions(String type, TypeOptions options) {
    optionsChange.apply(type, options);
  }

  @Override
  public @Nullable Lease acquireLease(String name, Duration duration) {
    return leaseCalls.acquire(name, duration);
  }

  @Override
  public @Nullable Lease renewLease(String name, long token, Duration duration) {
    return leaseCalls.renew(name, token, duration);
  }

  @Override
  public boolean releaseLease(String name, long token) {
    return leaseCalls.release(name, token);
  }

  @Override
  public long expire() {
    store.checkThere();
    return new Expiry(store).run();
  }

  @Override
  public long trim(Instant before) {
    store.checkThere();
    long dropped = new Trim(store, before).run();
    store.restock();
    compactor.wake();
    return dropped;
  }

  @Override
  public ClearResult clear() {
    store.extractor.checkOutside();
    // Expires the snapshots of histories that earlier clears ended.
    for (History old : store.ended) {
      old.snapshots.forEach(OpenSnapshot::expire);
      old.retire(store);
    }
    History[] ended = {store.history};
    ClearResult result =
        store.write(
            now -> {
              store.publisher.checkWritable();
              store.publisher.flush();
              ended[0] = now;
              return replace(now);
            });
    store.feeds.wakeAll();
    ended[0].retire(store);
    return result;
  }

  private ClearResult replace(History ended) {
    long version = ended.planned.version();
    HotRecords copies = ended.hot;
    if (copies != null) {
      copies.empty(); // room for those of the next history; a failed clear keeps the slots
    }
    History begun = store.newHistory(ServerVersions.next(ended.serverVersion), version);
    try {
      store.journal.rollCleared(begun, store.publisher);
    } catch (RuntimeException | Error failed) {
      begun.free();
      throw failed;
    }
    store.publisher.began(store.journal.active());
    store.ended.add(ended);
    store.history = begun;
    ended.hot = null;
    Journal.delete(ended.directory.all());
    return new ClearResult(ended.serverVersion, begun.serverVersion);
  }

  @Override
  public Checkpoint checkpoint() {
    store.guard.checkOpen();
    return store.history.commit.checkpoint();
  }

  @Override
  public void setCheckpoint(Checkpoint checkpoint) {
    store.write(
        now -> {
          store.append(
              now, Frame.Kind.CHECKPOINT, SideState.bytes(out -> SideState.write(out, checkpoint)));
          store.publish(now, now.planned.withCheckpoint(checkpoint));
          return true;
        });
  }

  /** Returns the sizes of the journal and the cache; may also be called after a close. */
  @Override
  public Map<String, Long> counters() {
    History now = store.history;
    List<Segment> segments = now.directory.all();
    long bytes = segments.stream().mapToLong(segment -> segment.end).sum();
    HotRecords hot = now.hot;
    return Map.of(
        "journal.bytes",
        bytes,
        "journal.segments",
        (long) segments.size(),
        "cache.bytes",
        hot == null ? 0 : hot.bytes());
  }

  /** Never waits; may also be called after a close. */
  @Override
  public BackendState state() {
    return store.state();
  }

  /**
   * Returns to every caller only when the store is closed. A signal that calls close on the closing
   * thread does not wait for itself.
   */
  @Override
  public void close() {
    store.extractor.checkOutside();
    closing.lock();
    try {
      if (store.guard.close()) {
        closeAll();
      }
    } finally {
      closing.unlock();
    }
  }

  private void closeAll() {
    store.feeds.wakeAll();
    compactor.stop();
    store.guard.await();
    // The guard is closed and empty: only this thread uses the store.
    try {
      store.publisher.stop();
    } finally {
      store.feeds.wakeAll();
      afterwards.run();
    }
  }
}

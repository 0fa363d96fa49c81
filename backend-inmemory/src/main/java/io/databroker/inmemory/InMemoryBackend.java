package io.databroker.inmemory;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.ChangeFeed;
import io.databroker.api.Checkpoint;
import io.databroker.api.ClearResult;
import io.databroker.api.ClosedException;
import io.databroker.api.ConditionFailedException;
import io.databroker.api.FutureVersionException;
import io.databroker.api.HistoryReplacedException;
import io.databroker.api.HistoryTrimmedException;
import io.databroker.api.InvalidArgumentException;
import io.databroker.api.Lease;
import io.databroker.api.Position;
import io.databroker.api.PutResult;
import io.databroker.api.Selection;
import io.databroker.api.Snapshot;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Versions;
import io.databroker.api.Write;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Records on the heap. Writers take turns at one lock; readers take none: {@link History} says how
 * and why that is right. A clear puts another history in the place of this one, in one store.
 */
final class InMemoryBackend implements Backend {
  private static final SecureRandom RANDOM = new SecureRandom();

  private final InstantSource clock;
  private final Extraction extraction;
  private final Leases leases;
  private final ReentrantLock writing = new ReentrantLock();
  private final OptionsChange optionsChange = new OptionsChange(this);

  /** Null when closed. */
  private volatile @Nullable History history;

  InMemoryBackend(BackendContext context) {
    this.clock = context.clock();
    this.extraction = new Extraction(context.extractor());
    this.leases = new Leases(clock);
    this.history = new History(newServerVersion(0), 0, new Waiters(context.notifier()));
  }

  private static long newServerVersion(long other) {
    long chosen;
    do {
      chosen = RANDOM.nextLong();
    } while (chosen == 0 || chosen == other);
    return chosen;
  }

  static ClosedException closed(String what) {
    return new ClosedException(what);
  }

  History current() {
    History now = history;
    if (now == null) {
      throw closed("in-memory backend");
    }
    return now;
  }

  boolean isCurrent(History known) {
    return history == known;
  }

  History current(long serverVersion) {
    History now = current();
    if (now.serverVersion != serverVersion) {
      throw new HistoryReplacedException(serverVersion, now.serverVersion);
    }
    return now;
  }

  /** Null when that one has ended. */
  @Nullable History history(long serverVersion) {
    History now = history;
    return now == null || now.serverVersion != serverVersion ? null : now;
  }

  Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MICROS);
  }

  ReentrantLock writing() {
    return writing;
  }

  Extraction extraction() {
    return extraction;
  }

  @Override
  public Versions versions() {
    History now = current();
    Commit commit = now.commit;
    return new Versions(now.serverVersion, commit.first(), commit.version());
  }

  @Override
  public PutResult put(List<Write> writes) {
    History now;
    Batch batch;
    StoredRecord[] stored = new StoredRecord[writes.size()];
    writing.lock();
    try {
      now = current();
      @Nullable Entry[] committed = find(now, writes);
      checkConditions(writes, committed);
      batch = new Batch(now, now(), writes.size());
      try {
        for (int i = 0; i < stored.length; i++) {
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
    }
    now.waiters.wake(batch.touched());
    return new PutResult(now.serverVersion, batch.answer(stored));
  }

  /**
   * What holds the keys now. All are looked for before anything is done with one: so the processor
   * waits for the memory of several at a time.
   */
  private static @Nullable Entry[] find(History history, List<Write> writes) {
    @Nullable Entry[] found = new @Nullable Entry[writes.size()];
    for (int i = 0; i < found.length; i++) {
      Write write = writes.get(i);
      Table table = history.tables.get(write.type());
      found[i] = table == null ? null : table.entries.get(write.id());
    }
    return found;
  }

  private static void checkConditions(List<Write> writes, @Nullable Entry[] committed) {
    for (int i = 0; i < committed.length; i++) {
      Entry entry = committed[i];
      long found = entry == null || entry.deleted() ? 0 : entry.version();
      Write write = writes.get(i);
      if (!write.condition().holds(found)) {
        throw new ConditionFailedException(i, write, found);
      }
    }
  }

  private StoredRecord plan(
      Batch batch, History history, Write write, @Nullable Entry committed, int index) {
    if (write instanceof Write.Put put) {
      Table table = committed == null ? history.table(put.type()) : committed.table;
      Map<String, String> values;
      try {
        values = extraction.values(table.type, put.payload(), table.extracted);
      } catch (RuntimeException refused) {
        throw new InvalidArgumentException(
            "batch[" + index + "].payload",
            put.payload().toString(),
            "its indexed fields cannot be read: " + refused.getMessage());
      }
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
    History now = current();
    if (selection instanceof Selection.Where where) {
      LookUp.Found found = new LookUp(now, extraction, where).find();
      List<StoredRecord> records = Collections.unmodifiableList(found.records());
      return new RecordSnapshot(this, now, found.commit(), records::iterator);
    }
    History.Frozen frozen =
        selection instanceof Selection.OfType ofType ? now.freeze(ofType.type()) : now.freeze();
    return new RecordSnapshot(this, now, frozen.commit(), () -> Base.records(frozen.bases()));
  }

  @Override
  public ChangeFeed changes(Position from, @Nullable String type) {
    History now = current(from.serverVersion());
    Commit commit = now.commit;
    if (Long.compareUnsigned(from.version(), commit.version()) > 0) {
      throw new FutureVersionException(from.version(), commit.version());
    }
    Position after = now.holdsAll(commit) && from.version() == 0 ? now.begin() : from;
    if (after.version() + 1 < commit.first()) {
      throw new HistoryTrimmedException(from.version(), commit.first());
    }
    return new LogFeed(this, now.waiters, after, type);
  }

  @Override
  public Map<String, TypeOptions> options() {
    return current().commit.options();
  }

  @Override
  public void setOptions(String type, TypeOptions options) {
    optionsChange.apply(type, options);
  }

  @Override
  public @Nullable Lease acquireLease(String name, Duration duration) {
    current();
    return leases.acquire(name, duration);
  }

  @Override
  public @Nullable Lease renewLease(String name, long token, Duration duration) {
    current();
    return leases.renew(name, token, duration);
  }

  @Override
  public boolean releaseLease(String name, long token) {
    current();
    return leases.release(name, token);
  }

  @Override
  public long expire() {
    leases.sweep();
    return new Expiry(this).run();
  }

  @Override
  public long trim(Instant before) {
    return new Trim(this, before).run();
  }

  @Override
  public ClearResult clear() {
    History ended;
    History begun;
    writing.lock();
    try {
      ended = current();
      begun =
          new History(newServerVersion(ended.serverVersion), ended.commit.version(), ended.waiters);
      history = begun;
    } finally {
      writing.unlock();
    }
    ended.waiters.wakeAll();
    return new ClearResult(ended.serverVersion, begun.serverVersion);
  }

  @Override
  public Checkpoint checkpoint() {
    return current().checkpoint;
  }

  @Override
  public void setCheckpoint(Checkpoint checkpoint) {
    writing.lock();
    try {
      current().checkpoint = checkpoint;
    } finally {
      writing.unlock();
    }
  }

  @Override
  public void close() {
    History ended;
    writing.lock();
    try {
      ended = history;
      history = null;
    } finally {
      writing.unlock();
    }
    if (ended != null) {
      ended.waiters.wakeAll();
    }
  }
}

package io.databroker.postgres;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.BackendState;
import io.databroker.api.ChangeFeed;
import io.databroker.api.Checkpoint;
import io.databroker.api.ClearResult;
import io.databroker.api.DatabrokerException;
import io.databroker.api.Lease;
import io.databroker.api.Position;
import io.databroker.api.PutResult;
import io.databroker.api.Selection;
import io.databroker.api.Snapshot;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.UnavailableException;
import io.databroker.api.Versions;
import io.databroker.api.Write;
import io.databroker.api.support.Extraction;
import io.databroker.api.support.Positions;
import io.databroker.api.support.WaitingFeeds;
import io.databroker.api.support.WriteBatch;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Handle of the store in one schema. Writers of all hosts take turns at the lock of one row, to the
 * end of their transactions, so that versions follow the order of the commits. Readers take no
 * lock.
 */
final class PostgresBackend implements Backend {
  private final CallGate gate = new CallGate();
  private final CountDownLatch ended = new CountDownLatch(1);
  private final EngineState state;
  private final Sessions sessions;
  private final Extraction extraction;
  private final WaitingFeeds feeds;
  private final Listener listener;
  private final Store store;
  private final Reads reads;
  private final Leases leases;
  private final Checkpoints checkpoints;
  private final WriteQueue queue;
  private final Expiry expiry;

  PostgresBackend(
      Sessions sessions,
      SessionSource source,
      Cluster cluster,
      EngineState state,
      StoreRow row,
      String channel,
      BackendContext context) {
    this.sessions = sessions;
    this.state = state;
    this.extraction = new Extraction(context.extractor());
    this.feeds = new WaitingFeeds(context.notifier());
    Transactions transactions = new Transactions(sessions, state);
    Digests digests = new Digests(extraction);
    Tail tail = new Tail(sessions, feeds, cluster, row);
    OptionsTable options = new OptionsTable();
    this.store =
        new Store(
            gate, sessions, transactions, options, digests, new IndexBuild(digests), tail, channel);
    this.reads = new Reads(sessions, options, tail);
    this.leases = new Leases(transactions);
    this.checkpoints = new Checkpoints(transactions);
    this.queue = new WriteQueue(this::write, System::nanoTime);
    this.expiry = new Expiry(store);
    this.listener = new Listener(source, tail, state, channel, context.callTimeout());
  }

  void start() {
    listener.start();
  }

  private <T extends @Nullable Object> T call(Supplier<T> work) {
    extraction.checkOutside();
    gate.enter();
    try {
      return work.get();
    } finally {
      gate.leave();
    }
  }

  private void run(Runnable work) {
    call(
        () -> {
          work.run();
          return true;
        });
  }

  @Override
  public Versions versions() {
    return call(() -> reads.storeRow().versions());
  }

  @Override
  public PutResult put(List<Write> batch) {
    return call(() -> write(WriteBatch.put(batch)));
  }

  @Override
  public PutResult restore(List<StoredRecord> batch) {
    return call(() -> write(WriteBatch.restore(batch)));
  }

  private PutResult write(WriteBatch batch) {
    Deadline deadline = sessions.deadline();
    while (true) {
      try {
        return queue.put(batch, deadline);
      } catch (IndexBehindException behind) {
        store.index().ahead(store, behind.type(), deadline);
      }
    }
  }

  private WriteQueue.Written write(List<WriteBatch> batches, Deadline deadline) {
    AtomicBoolean mayCommit = new AtomicBoolean();
    GroupWrite.Done done;
    try {
      done = store.transactions().write(deadline, tx -> execute(tx, batches, mayCommit));
    } catch (DatabrokerException failure) {
      throw failure;
    } catch (RuntimeException | Error failure) {
      if (mayCommit.get()) {
        throw failure;
      }
      throw new UnavailableException(
          "the write failed with " + failure + " before its commit", failure);
    }
    // Published before the callers return, so that they find their writes in a feed at once.
    return new WriteQueue.Written(done.answers(), store.tail().note(done.row(), pages(done)));
  }

  private GroupWrite.Done execute(Tx tx, List<WriteBatch> batches, AtomicBoolean mayCommit)
      throws SQLException {
    mayCommit.set(false); // an earlier attempt was rolled back
    GroupWrite.Done done =
        new GroupWrite(tx, batches)
            .run(store.options(), store.index(), store.digests(), store.channel());
    mayCommit.set(true);
    return done;
  }

  /** Returns the written records, unless some of their payloads are only on the server. */
  private static List<Page> pages(GroupWrite.Done done) {
    List<List<StoredRecord>> batches = new ArrayList<>();
    List<StoredRecord> batch = new ArrayList<>();
    for (NewRow row : done.plan().rows) {
      if (row.payload == null) {
        break;
      }
      batch.add(row.record());
      if (row.version == row.batch) {
        batches.add(batch);
        batch = new ArrayList<>();
      }
    }
    return batches.isEmpty() ? List.of() : List.of(Page.of(done.row().serverVersion(), batches));
  }

  @Override
  public @Nullable StoredRecord get(String type, String id) {
    return call(() -> reads.get(type, id));
  }

  @Override
  public List<String> listTypes() {
    return call(reads::listTypes);
  }

  @Override
  public Snapshot snapshot(Selection selection) {
    return call(
        () -> {
          if (selection instanceof Selection.Where where) {
            return new LookUp(store, where).open();
          }
          String type = selection instanceof Selection.OfType ofType ? ofType.type() : null;
          StoredSnapshot taken =
              sessions.read(
                  connection -> {
                    OptionsTable.Answer answer = store.options().read(connection);
                    StoreRow row = answer.row();
                    RecordPages pages = RecordPages.choose(connection, row, type);
                    return new StoredSnapshot(store, row, answer.options().byType(), pages);
                  });
          taken.publish();
          return taken;
        });
  }

  @Override
  public ChangeFeed changes(Position from, @Nullable String type) {
    return call(
        () -> {
          StoreRow now = reads.storeRow();
          Position start = Positions.start(from, now.versions(), now.cleared());
          return HostFeed.open(feeds, store.tail(), gate, start, type);
        });
  }

  @Override
  public Map<String, TypeOptions> options() {
    return call(reads::options);
  }

  @Override
  public void setOptions(String type, TypeOptions options) {
    run(() -> new OptionsChange(store, type, options).run());
  }

  @Override
  public @Nullable Lease acquireLease(String name, Duration duration) {
    return this.<@Nullable Lease>call(() -> leases.acquire(name, duration));
  }

  @Override
  public @Nullable Lease renewLease(String name, long token, Duration duration) {
    return this.<@Nullable Lease>call(() -> leases.renew(name, token, duration));
  }

  @Override
  public boolean releaseLease(String name, long token) {
    return call(() -> leases.release(name, token));
  }

  @Override
  public long expire() {
    return call(
        () -> {
          leases.sweep();
          return expiry.run();
        });
  }

  @Override
  public long trim(Instant before) {
    return call(() -> new Trim(store).run(before));
  }

  @Override
  public ClearResult clear() {
    return call(() -> new Clear(store).run());
  }

  @Override
  public Checkpoint checkpoint() {
    return call(reads::checkpoint);
  }

  @Override
  public void setCheckpoint(Checkpoint checkpoint) {
    run(() -> checkpoints.set(checkpoint));
  }

  /** Returns numbers of the connection pool; may also be called after a close. */
  @Override
  public Map<String, Long> counters() {
    return sessions.counters();
  }

  @Override
  public BackendState state() {
    return state.get();
  }

  /** Running calls end by themselves, within their time limit. */
  @Override
  public void close() {
    extraction.checkOutside();
    if (gate.close()) {
      try {
        feeds.wakeAll();
        gate.awaitEmpty(sessions.deadline());
        listener.close();
        sessions.close();
      } finally {
        ended.countDown();
      }
    }
    awaitEnd();
  }

  private void awaitEnd() {
    boolean interrupted = false;
    while (true) {
      try {
        ended.await();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}

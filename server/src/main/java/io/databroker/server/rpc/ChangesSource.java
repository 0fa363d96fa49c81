package io.databroker.server.rpc;

import io.databroker.api.Backend;
import io.databroker.api.ChangeFeed;
import io.databroker.api.Changes;
import io.databroker.api.Position;
import io.databroker.api.StoredRecord;
import io.databroker.api.Versions;
import io.databroker.server.proto.SyncRequest;
import io.databroker.server.proto.SyncResponse;
import io.databroker.server.proto.TypedOptions;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Messages of Sync: the options, then the changes after a position. Each is a {@link SyncResponse}
 * or {@link Encoded}.
 */
final class ChangesSource implements MessageSource<Object> {
  /**
   * Number of answers without records that one poll skips. A feed of a rare type may need many of
   * them, and the event loop has other connections.
   */
  private static final int MOST_SKIPPED = 64;

  /** Heap of a record without its payload. */
  private static final int RECORD_BYTES = 200;

  private final Backend backend;

  /** Turns replace it after {@link #release}, under the lock; turns read it without the lock. */
  private ChangeFeed feed;

  /** True after a close. Guarded by this. */
  private boolean closed;

  private final ToldChanges told;
  private final Iterator<TypedOptions> options;

  /**
   * Last version to send for a call that does not wait, so that the call ends during concurrent
   * writes.
   */
  private final @Nullable Long last;

  private List<StoredRecord> batch = List.of();

  /** Number of changes of the batch that polls have returned. */
  private int next;

  /** Version before the batch. */
  private long before;

  /** Size of the batch, in bytes. */
  private long size;

  /** True if the batch was dropped, and the feed has to be opened again. */
  private boolean released;

  /** History of the batch. */
  private long history;

  private boolean ended;

  /** True if the last poll skipped so many answers that it left the next one to another turn. */
  private boolean skipping;

  /** Version of the last change of the batch. */
  private volatile long polled;

  /** True after a poll that found nothing. */
  private volatile boolean caughtUp;

  private final String type;

  private ChangesSource(
      Backend backend,
      ChangeFeed feed,
      ToldChanges told,
      Iterator<TypedOptions> options,
      String type,
      long from,
      @Nullable Long last) {
    this.backend = backend;
    this.feed = feed;
    this.type = type;
    this.polled = from;
    this.told = told;
    this.options = options;
    this.last = last;
  }

  static ChangesSource open(Backend backend, ToldChanges told, SyncRequest request) {
    String type = request.getType();
    Position from = new Position(request.getServerVersion(), request.getRecordVersion());
    ChangeFeed feed = backend.changes(from, type.isEmpty() ? null : type);
    try {
      boolean wait = !request.hasWait() || request.getWait();
      Versions now = wait ? null : backend.versions();
      return new ChangesSource(
          backend,
          feed,
          told,
          WireRecords.typedOptions(backend.options(), type).iterator(),
          type,
          now != null && from.version() == 0 ? now.earliest() - 1 : from.version(),
          now == null ? null : now.latest());
    } catch (RuntimeException | Error e) {
      feed.close();
      throw e;
    }
  }

  @Override
  public @Nullable Object poll() {
    if (options.hasNext()) {
      return SyncResponse.newBuilder().setOptions(options.next()).build();
    }
    if (released) {
      reopen();
    }
    skipping = false;
    for (int skipped = 0; next == batch.size(); skipped++) {
      drop();
      if (skipped == MOST_SKIPPED) {
        skipping = true;
        return null;
      }
      Changes changes = ended ? null : feed.poll();
      if (changes == null) {
        ended = isAtEnd();
        caughtUp = true;
        if (last != null && !ended) { // the feed lags behind its engine, or the engine is away
          backend.versions(); // fails if it is away; otherwise a signal follows
        }
        return null;
      }
      caughtUp = false;
      before = polled;
      polled = changes.position().version();
      batch = changes.records();
      size = size(batch);
      history = changes.position().serverVersion();
      ended = isAtEnd();
    }
    return told.message(history, batch.get(next++));
  }

  private static long size(List<StoredRecord> records) {
    long size = 0;
    for (StoredRecord record : records) {
      size += RECORD_BYTES + record.payload().size();
    }
    return size;
  }

  @Override
  public void back(Object message) {
    next--;
  }

  @Override
  public long held() {
    return batch.isEmpty() ? 0 : size;
  }

  @Override
  public boolean release() {
    if (next < batch.size()) {
      polled = next == 0 ? before : batch.get(next - 1).version();
      ended = false;
      released = true;
      feed.close();
    }
    drop();
    return true;
  }

  private void drop() {
    batch = List.of();
    next = 0;
  }

  /** Opens the feed again, behind the last change that a poll returned. */
  private void reopen() {
    ChangeFeed rest = backend.changes(new Position(history, polled), type.isEmpty() ? null : type);
    synchronized (this) {
      if (!closed) {
        feed = rest;
        released = false;
        return;
      }
    }
    rest.close();
  }

  /** Returns whether a call that does not wait has sent all changes. */
  private boolean isAtEnd() {
    return last != null && Long.compareUnsigned(polled, last) >= 0;
  }

  /** Describes this stream, for people to look at. Any thread may call it. */
  Watcher watcher(String from, Duration open) {
    return new Watcher(from, type, open, polled, caughtUp);
  }

  @Override
  public boolean ended() {
    return ended && next == batch.size();
  }

  @Override
  public void onReady(Runnable signal) {
    if (skipping) {
      signal.run();
    } else {
      feed.onReady(signal);
    }
  }

  @Override
  public void close() {
    ChangeFeed open;
    synchronized (this) {
      closed = true;
      open = feed;
    }
    open.close();
  }
}

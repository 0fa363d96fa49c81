package io.databroker.server.rpc;

import io.databroker.api.Backend;
import io.databroker.api.ChangeFeed;
import io.databroker.api.Changes;
import io.databroker.api.Position;
import io.databroker.api.StoredRecord;
import io.databroker.server.proto.SyncRequest;
import io.databroker.server.proto.SyncResponse;
import io.databroker.server.proto.TypedOptions;
import java.time.Duration;
import java.util.Collections;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * Messages of Sync: the options, then the changes after a position. Each is a {@link SyncResponse}
 * or {@link Encoded}.
 */
final class ChangesSource implements MessageSource<Object> {
  private final ChangeFeed feed;
  private final ToldChanges told;
  private final Iterator<TypedOptions> options;

  /**
   * Last version to send for a call that does not wait, so that the call ends during concurrent
   * writes.
   */
  private final @Nullable Long last;

  private Iterator<StoredRecord> batch = Collections.emptyIterator();

  /** History of the batch. */
  private long history;

  private boolean ended;

  /** Version of the last change of the batch. */
  private volatile long polled;

  /** True after a poll that found nothing. */
  private volatile boolean caughtUp;

  private final String type;

  private ChangesSource(
      ChangeFeed feed,
      ToldChanges told,
      Iterator<TypedOptions> options,
      SyncRequest request,
      @Nullable Long last) {
    this.feed = feed;
    this.type = request.getType();
    this.polled = request.getRecordVersion();
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
      return new ChangesSource(
          feed,
          told,
          WireRecords.typedOptions(backend.options(), type).iterator(),
          request,
          wait ? null : backend.versions().latest());
    } catch (RuntimeException e) {
      feed.close();
      throw e;
    }
  }

  @Override
  public @Nullable Object poll() {
    if (options.hasNext()) {
      return SyncResponse.newBuilder().setOptions(options.next()).build();
    }
    while (!batch.hasNext()) {
      Changes changes = ended ? null : feed.poll();
      if (changes == null) {
        ended = last != null;
        caughtUp = true;
        return null;
      }
      caughtUp = false;
      polled = changes.position().version();
      batch = changes.records().iterator();
      history = changes.position().serverVersion();
      ended = last != null && Long.compareUnsigned(changes.position().version(), last) >= 0;
    }
    return told.message(history, batch.next());
  }

  /** Describes this stream, for people to look at. Any thread may call it. */
  Watcher watcher(String from, Duration open) {
    return new Watcher(from, type, open, polled, caughtUp);
  }

  @Override
  public boolean ended() {
    return ended && !batch.hasNext();
  }

  @Override
  public void onReady(Runnable signal) {
    feed.onReady(signal);
  }

  @Override
  public void close() {
    feed.close();
  }
}

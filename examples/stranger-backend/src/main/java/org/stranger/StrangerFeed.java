package org.stranger;

import io.databroker.api.ChangeFeed;
import io.databroker.api.Changes;
import io.databroker.api.ClosedException;
import io.databroker.api.HistoryReplacedException;
import io.databroker.api.HistoryTrimmedException;
import io.databroker.api.Position;
import io.databroker.api.StoredRecord;
import java.util.List;
import java.util.Map;

/** Walks along the backend's log; everything in it is guarded by the backend's lock. */
final class StrangerFeed implements ChangeFeed {
  private final StrangerBackend backend;
  private final long history;
  private final String type;
  private long position;
  private boolean moved; // since it last said where it is
  private boolean waiting; // for its signal, having had nothing to say
  private boolean closed;
  private Runnable signal;

  StrangerFeed(StrangerBackend backend, Position from, String type) {
    this.backend = backend;
    this.history = from.serverVersion();
    this.position = from.version();
    this.type = type;
  }

  @Override public Changes poll() {
    synchronized (backend) {
      if (closed) throw new ClosedException("the feed");
      backend.checkOpen();
      if (backend.history != history) throw new HistoryReplacedException(history, backend.history);
      if (behind()) throw new HistoryTrimmedException(position, backend.trimmed + 1);
      List<StoredRecord> told = List.of();
      for (var batch = next(); batch != null && told.isEmpty(); batch = next()) {
        told = batch.getValue().stream().filter(this::isDue).toList();
        position = batch.getKey();
        moved = true;
      }
      waiting = !moved;
      moved = false;
      return waiting ? null : new Changes(told, new Position(history, position));
    }
  }

  private Map.Entry<Long, List<StoredRecord>> next() { return backend.log.higherEntry(position); }

  /** Whether what comes next is no longer held. */
  private boolean behind() { return Long.compareUnsigned(position, backend.trimmed) < 0; }

  private boolean isDue(StoredRecord change) {
    return Long.compareUnsigned(change.version(), position) > 0
        && (type == null || type.equals(change.type()));
  }

  @Override public void onReady(Runnable signal) {
    synchronized (backend) {
      this.signal = signal;
      boolean due = backend.log.tailMap(position, false).values().stream().anyMatch(this::concerns);
      boolean ended = closed || backend.closed || backend.history != history || behind();
      if (due || moved || ended) wake();
    }
  }

  /** A write, a clear or a close may give it something to say. */
  void changed(List<StoredRecord> batch) { if (batch.isEmpty() || concerns(batch)) wake(); }

  private boolean concerns(List<StoredRecord> some) { return some.stream().anyMatch(this::isDue); }

  /** Without this, a feed of a quiet type would fall off the history. */
  void trimmed(List<StoredRecord> dropped) {
    if (!behind()) return;
    waiting = moved = (waiting || moved) && !concerns(dropped); // or it is lost, for good
    if (moved) position = backend.trimmed;
    wake();
  }

  private void wake() {
    if (signal == null) return;
    backend.context.notifier().execute(signal);
    signal = null;
    waiting = false;
  }

  @Override public void close() {
    synchronized (backend) { closed = true; backend.feeds.remove(this); wake(); }
  }
}

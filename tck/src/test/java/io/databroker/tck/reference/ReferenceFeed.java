package io.databroker.tck.reference;

import io.databroker.api.ChangeFeed;
import io.databroker.api.Changes;
import io.databroker.api.ClosedException;
import io.databroker.api.HistoryReplacedException;
import io.databroker.api.HistoryTrimmedException;
import io.databroker.api.Position;
import io.databroker.api.StoredRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A feed of a reference backend, guarded by its store's monitor. */
public class ReferenceFeed implements ChangeFeed {
  protected final ReferenceBackend backend;
  protected final Store store;
  protected final long serverVersion;
  protected final @Nullable String type;
  protected long position;

  /** True if the feed has moved since it last reported its position. */
  protected boolean moved;

  /** True if the last poll returned null and no signal has run since. */
  protected boolean waiting;

  private int polls;

  protected @Nullable Runnable signal;
  protected boolean closed;

  public ReferenceFeed(ReferenceBackend backend, Position from, @Nullable String type) {
    this.backend = backend;
    this.store = backend.store;
    this.serverVersion = from.serverVersion();
    this.position = from.version();
    this.type = type;
  }

  @Override
  public @Nullable Changes poll() {
    synchronized (store) {
      polls++;
      checkOpen();
      checkHeld();
      List<StoredRecord> told = new ArrayList<>();
      Map.Entry<Long, List<StoredRecord>> batch = store.log.higherEntry(position);
      while (batch != null && told.isEmpty()) {
        for (StoredRecord change : batch.getValue()) {
          if (isDue(change)) {
            told.add(change);
          }
        }
        position = batch.getKey();
        moved = true;
        batch = store.log.higherEntry(position);
      }
      waiting = !moved;
      if (!moved) {
        return null;
      }
      moved = false;
      return new Changes(told, new Position(serverVersion, position));
    }
  }

  protected void checkOpen() {
    if (closed) {
      throw new ClosedException("the feed");
    }
    backend.checkOpen();
  }

  protected void checkHeld() {
    if (store.serverVersion != serverVersion) {
      throw new HistoryReplacedException(serverVersion, store.serverVersion);
    }
    if (Long.compareUnsigned(position, store.trimmed) < 0) {
      throw new HistoryTrimmedException(position, store.trimmed + 1);
    }
  }

  /** Returns whether the feed must still deliver that change. */
  private boolean isDue(StoredRecord change) {
    return Long.compareUnsigned(change.version(), position) > 0 && concerns(change);
  }

  protected boolean concerns(StoredRecord change) {
    return type == null || type.equals(change.type());
  }

  @Override
  public void onReady(Runnable signal) {
    store.locked(
        () -> {
          this.signal = signal;
          if (ready()) {
            signal();
          }
        });
  }

  protected boolean ready() {
    return closed
        || backend.closed
        || store.serverVersion != serverVersion
        || Long.compareUnsigned(position, store.trimmed) < 0
        || moved
        || store.log.tailMap(position, false).values().stream()
            .anyMatch(batch -> batch.stream().anyMatch(this::concerns));
  }

  /** Notifies the feed of an appended batch. */
  protected void published(List<StoredRecord> batch) {
    for (StoredRecord change : batch) {
      if (concerns(change)) {
        signal();
        return;
      }
    }
  }

  /** Moves a waiting feed past the dropped changes, if none of them concerns it. */
  protected void trimmed(List<StoredRecord> dropped) {
    if (Long.compareUnsigned(position, store.trimmed) < 0) {
      if (waiting && dropped.stream().noneMatch(this::isDue)) {
        position = store.trimmed;
        moved = true;
      } else {
        overtaken();
      }
    }
    if (ready()) {
      signal();
    }
  }

  /** No later trim moves the feed. */
  protected void overtaken() {
    waiting = false;
  }

  /** Makes the signal run when the lock is released. */
  protected void signal() {
    Runnable due = signal;
    if (due != null) {
      signal = null;
      int before = polls;
      store.handOver(() -> handOver(due, before));
    }
  }

  private void handOver(Runnable due, int before) {
    boolean[] ran = {false};
    try {
      backend
          .context
          .notifier()
          .execute(
              () -> {
                ran[0] = true;
                runsAfter(before);
                due.run();
              });
    } catch (RuntimeException failed) {
      if (!ran[0]) {
        runsAfter(before);
        run(due);
      }
    }
  }

  /** Ends the wait that began with a poll, unless there was another poll since. */
  private void runsAfter(int poll) {
    synchronized (store) {
      waiting &= polls != poll;
    }
  }

  private static void run(Runnable signal) {
    try {
      signal.run();
    } catch (RuntimeException ignored) {
      return; // it harms no call
    }
  }

  protected void end() {
    store.feeds.remove(this);
    signal();
  }

  @Override
  public void close() {
    store.locked(
        () -> {
          closed = true;
          end();
        });
  }
}

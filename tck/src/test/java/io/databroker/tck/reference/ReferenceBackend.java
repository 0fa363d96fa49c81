package io.databroker.tck.reference;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.ChangeFeed;
import io.databroker.api.Checkpoint;
import io.databroker.api.ClearResult;
import io.databroker.api.ClosedException;
import io.databroker.api.FutureVersionException;
import io.databroker.api.HistoryReplacedException;
import io.databroker.api.HistoryTrimmedException;
import io.databroker.api.Lease;
import io.databroker.api.Position;
import io.databroker.api.PutResult;
import io.databroker.api.Selection;
import io.databroker.api.Snapshot;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Versions;
import io.databroker.api.Write;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A correct backend on JDK collections and one lock, the monitor of its store. Protected methods
 * are the places that the wrong backends of the gallery override.
 */
public class ReferenceBackend implements Backend {
  protected final Store store;
  protected final BackendContext context;
  protected boolean closed;

  public ReferenceBackend(Store store, BackendContext context) {
    this.store = store;
    this.context = context;
  }

  @Override
  public Versions versions() {
    synchronized (store) {
      checkOpen();
      return new Versions(store.serverVersion, store.trimmed + 1, store.latest);
    }
  }

  @Override
  public PutResult put(List<Write> batch) {
    return store.locked(
        () -> {
          checkOpen();
          return writer().put(batch);
        });
  }

  @Override
  public PutResult restore(List<StoredRecord> batch) {
    return store.locked(
        () -> {
          checkOpen();
          return writer().restore(batch);
        });
  }

  /** Returns a new writer for one call; called under the lock. */
  protected ReferenceWriter writer() {
    return new ReferenceWriter(this);
  }

  @Override
  public @Nullable StoredRecord get(String type, String id) {
    synchronized (store) {
      checkOpen();
      return store.live.getOrDefault(type, new LinkedHashMap<>()).get(id);
    }
  }

  @Override
  public List<String> listTypes() {
    synchronized (store) {
      checkOpen();
      return List.copyOf(store.live.keySet());
    }
  }

  @Override
  public Snapshot snapshot(Selection selection) {
    synchronized (store) {
      checkOpen();
      return new ReferenceSnapshot(
          this, new Position(store.serverVersion, store.latest), options(), select(selection));
    }
  }

  protected List<StoredRecord> select(Selection selection) {
    if (selection instanceof Selection.OfType ofType) {
      return ofType(ofType.type());
    }
    if (selection instanceof Selection.Where where) {
      List<StoredRecord> found = new ArrayList<>(ofType(where.type()));
      found.removeIf(candidate -> !matches(candidate, where));
      return found;
    }
    return store.all();
  }

  protected List<StoredRecord> ofType(String type) {
    return new ArrayList<>(store.live.getOrDefault(type, new LinkedHashMap<>()).values());
  }

  protected boolean matches(StoredRecord candidate, Selection.Where where) {
    List<String> fields =
        store.options.getOrDefault(where.type(), TypeOptions.NONE).indexedFields();
    Map<String, String> values =
        context.extractor().extract(candidate.type(), candidate.payload(), fields);
    return where.anyOf().stream()
        .anyMatch(
            term -> fields.contains(term.field()) && term.value().equals(values.get(term.field())));
  }

  @Override
  public ChangeFeed changes(Position from, @Nullable String type) {
    synchronized (store) {
      checkOpen();
      Position after = from.version() == 0 ? fromZero(from) : from;
      checkPosition(after);
      ReferenceFeed feed = feed(after, type);
      store.feeds.add(feed);
      return feed;
    }
  }

  /** Returns the position that version 0 stands for (FEED-16). */
  protected Position fromZero(Position zero) {
    return store.trimmed == store.begun ? new Position(zero.serverVersion(), store.begun) : zero;
  }

  protected ReferenceFeed feed(Position from, @Nullable String type) {
    return new ReferenceFeed(this, from, type);
  }

  protected void checkPosition(Position from) {
    if (from.serverVersion() != store.serverVersion) {
      throw new HistoryReplacedException(from.serverVersion(), store.serverVersion);
    }
    if (Long.compareUnsigned(from.version(), store.latest) > 0) {
      throw new FutureVersionException(from.version(), store.latest);
    }
    if (Long.compareUnsigned(from.version(), store.trimmed) < 0) {
      throw new HistoryTrimmedException(from.version(), store.trimmed + 1);
    }
  }

  @Override
  public Map<String, TypeOptions> options() {
    synchronized (store) {
      checkOpen();
      return Collections.unmodifiableMap(new TreeMap<>(store.options));
    }
  }

  @Override
  public void setOptions(String type, TypeOptions options) {
    store.locked(
        () -> {
          checkOpen();
          writer().setOptions(type, options);
        });
  }

  @Override
  public @Nullable Lease acquireLease(String name, Duration duration) {
    synchronized (store) {
      checkOpen();
      Lease held = store.leases.get(name);
      if (held != null && lasts(held)) {
        return null;
      }
      Lease lease = new Lease(name, newToken(), now().plus(duration));
      store.leases.put(name, lease);
      return lease;
    }
  }

  protected long newToken() {
    return ++store.lastToken;
  }

  protected boolean lasts(Lease lease) {
    return now().isBefore(lease.expiresAt());
  }

  @Override
  public @Nullable Lease renewLease(String name, long token, Duration duration) {
    synchronized (store) {
      checkOpen();
      if (!holds(name, token)) {
        return null;
      }
      Lease renewed = new Lease(name, token, now().plus(duration));
      store.leases.put(name, renewed);
      return renewed;
    }
  }

  @Override
  public boolean releaseLease(String name, long token) {
    synchronized (store) {
      checkOpen();
      boolean holds = holds(name, token);
      if (holds) {
        store.leases.remove(name);
      }
      return holds;
    }
  }

  protected boolean holds(String name, long token) {
    Lease held = store.leases.get(name);
    return held != null && held.token() == token && lasts(held);
  }

  @Override
  public long expire() {
    return store.locked(
        () -> {
          checkOpen();
          return writer().expire();
        });
  }

  @Override
  public long trim(Instant before) {
    return store.locked(
        () -> {
          checkOpen();
          List<StoredRecord> dropped = new ArrayList<>();
          while (!store.log.isEmpty() && older(store.log.firstEntry().getValue(), before)) {
            dropped.addAll(store.log.pollFirstEntry().getValue());
          }
          if (!dropped.isEmpty()) {
            store.trimmed = dropped.get(dropped.size() - 1).version();
            List.copyOf(store.feeds).forEach(feed -> feed.trimmed(dropped));
          }
          return dropped.size();
        });
  }

  protected boolean older(List<StoredRecord> batch, Instant before) {
    return batch.get(batch.size() - 1).modifiedAt().isBefore(before);
  }

  @Override
  public ClearResult clear() {
    return store.locked(
        () -> {
          checkOpen();
          long old = store.serverVersion;
          store.live.clear();
          store.options.clear();
          store.log.clear();
          store.checkpoint = Checkpoint.NONE;
          store.begun = store.latest;
          store.trimmed = store.latest;
          store.serverVersion = Store.newServerVersion();
          List.copyOf(store.feeds).forEach(ReferenceFeed::signal);
          return new ClearResult(old, store.serverVersion);
        });
  }

  @Override
  public Checkpoint checkpoint() {
    synchronized (store) {
      checkOpen();
      return store.checkpoint;
    }
  }

  @Override
  public void setCheckpoint(Checkpoint checkpoint) {
    synchronized (store) {
      checkOpen();
      store.checkpoint = checkpoint;
    }
  }

  @Override
  public void close() {
    store.locked(
        () -> {
          closed = true;
          for (ReferenceFeed feed : List.copyOf(store.feeds)) {
            if (feed.backend == this) {
              feed.end();
            }
          }
        });
  }

  protected void checkOpen() {
    if (closed) {
      throw new ClosedException("the backend");
    }
  }

  /** The time of writes: cut to the microsecond. */
  public Instant now() {
    return context.clock().instant().truncatedTo(java.time.temporal.ChronoUnit.MICROS);
  }
}

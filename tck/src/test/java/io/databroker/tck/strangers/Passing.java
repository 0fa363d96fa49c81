package io.databroker.tck.strangers;

import io.databroker.api.Backend;
import io.databroker.api.BackendState;
import io.databroker.api.ChangeFeed;
import io.databroker.api.Checkpoint;
import io.databroker.api.ClearResult;
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
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Passes every call on; a stranger overrides the call that it spoils. */
class Passing implements Backend {
  protected final Backend inner;

  Passing(Backend inner) {
    this.inner = inner;
  }

  @Override
  public Versions versions() {
    return inner.versions();
  }

  @Override
  public PutResult put(List<Write> batch) {
    return inner.put(batch);
  }

  @Override
  public PutResult restore(List<StoredRecord> batch) {
    return inner.restore(batch);
  }

  @Override
  public @Nullable StoredRecord get(String type, String id) {
    return inner.get(type, id);
  }

  @Override
  public List<String> listTypes() {
    return inner.listTypes();
  }

  @Override
  public Snapshot snapshot(Selection selection) {
    return inner.snapshot(selection);
  }

  @Override
  public ChangeFeed changes(Position from, @Nullable String type) {
    return inner.changes(from, type);
  }

  @Override
  public Map<String, TypeOptions> options() {
    return inner.options();
  }

  @Override
  public void setOptions(String type, TypeOptions options) {
    inner.setOptions(type, options);
  }

  @Override
  public @Nullable Lease acquireLease(String name, Duration duration) {
    return inner.acquireLease(name, duration);
  }

  @Override
  public @Nullable Lease renewLease(String name, long token, Duration duration) {
    return inner.renewLease(name, token, duration);
  }

  @Override
  public boolean releaseLease(String name, long token) {
    return inner.releaseLease(name, token);
  }

  @Override
  public long expire() {
    return inner.expire();
  }

  @Override
  public long trim(Instant before) {
    return inner.trim(before);
  }

  @Override
  public ClearResult clear() {
    return inner.clear();
  }

  @Override
  public Checkpoint checkpoint() {
    return inner.checkpoint();
  }

  @Override
  public void setCheckpoint(Checkpoint checkpoint) {
    inner.setCheckpoint(checkpoint);
  }

  @Override
  public Map<String, Long> counters() {
    return inner.counters();
  }

  @Override
  public BackendState state() {
    return inner.state();
  }

  @Override
  public void close() {
    inner.close();
  }
}

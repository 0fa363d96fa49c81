package io.databroker.api;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Checks arguments and limits before it calls the backend behind it (ARG-1 to ARG-4, LIMIT-2). The
 * host and the compatibility kit put it in front of every backend.
 *
 * <p><b>Thread-safety:</b> as the backend behind it.
 */
public final class CheckedBackend implements Backend {
  private final Backend backend;
  private final ArgumentChecks checks;

  private CheckedBackend(Backend backend, Limits limits) {
    this.backend = Require.nonNull("backend", backend);
    this.checks = new ArgumentChecks(Require.nonNull("limits", limits));
  }

  /** Puts the checks in front of a backend. */
  public static Backend over(Backend backend, Limits limits) {
    return new CheckedBackend(backend, limits);
  }

  @Override
  public Versions versions() {
    return backend.versions();
  }

  @Override
  public PutResult put(List<Write> batch) {
    return backend.put(checks.batch(batch));
  }

  @Override
  public PutResult restore(List<StoredRecord> batch) {
    return backend.restore(RestoreCheck.batch(checks, batch));
  }

  @Override
  public @Nullable StoredRecord get(String type, String id) {
    Require.nonNull("type", type);
    Require.nonNull("id", id);
    return backend.get(type, id); // a key that could not have been stored is absent (GET-2)
  }

  @Override
  public List<String> listTypes() {
    return backend.listTypes();
  }

  @Override
  public Snapshot snapshot(Selection selection) {
    return backend.snapshot(checks.selection(selection));
  }

  @Override
  public ChangeFeed changes(Position from, @Nullable String type) {
    Require.nonNull("from", from);
    if (type != null) {
      checks.type("type", type);
    }
    return backend.changes(from, type);
  }

  @Override
  public Map<String, TypeOptions> options() {
    return backend.options();
  }

  @Override
  public void setOptions(String type, TypeOptions options) {
    checks.type("type", type);
    checks.options(options);
    backend.setOptions(type, options);
  }

  @Override
  public @Nullable Lease acquireLease(String name, Duration duration) {
    checks.id("name", name);
    checks.leaseDuration(duration);
    return backend.acquireLease(name, duration);
  }

  @Override
  public @Nullable Lease renewLease(String name, long token, Duration duration) {
    checks.id("name", name);
    checks.leaseDuration(duration);
    return backend.renewLease(name, token, duration);
  }

  @Override
  public boolean releaseLease(String name, long token) {
    checks.id("name", name);
    return backend.releaseLease(name, token);
  }

  @Override
  public long expire() {
    return backend.expire();
  }

  @Override
  public long trim(Instant before) {
    return backend.trim(checks.instant("before", before));
  }

  @Override
  public ClearResult clear() {
    return backend.clear();
  }

  @Override
  public Checkpoint checkpoint() {
    return backend.checkpoint();
  }

  @Override
  public void setCheckpoint(Checkpoint checkpoint) {
    backend.setCheckpoint(Require.nonNull("checkpoint", checkpoint));
  }

  @Override
  public Map<String, Long> counters() {
    return backend.counters();
  }

  @Override
  public BackendState state() {
    return backend.state();
  }

  @Override
  public void close() {
    backend.close();
  }
}

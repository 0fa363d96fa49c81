package io.databroker.api.support;

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
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Backend that passes each call on to another backend. A decorator extends it and overrides the
 * methods that it changes; methods that are added to {@link Backend} later are passed on too.
 *
 * <p><b>Thread-safety:</b> as the backend behind it.
 */
public class ForwardingBackend implements Backend {
  private final Backend backend;

  /**
   * Creates a backend that passes each call on to the given backend; closing it also closes the
   * given backend.
   */
  protected ForwardingBackend(Backend backend) {
    this.backend = Objects.requireNonNull(backend, "backend");
  }

  /** Returns the backend behind this one. */
  protected final Backend backend() {
    return backend;
  }

  /**
   * Makes one call of the backend behind this one. Every method of this class calls it: a decorator
   * that treats all calls alike overrides only this method.
   *
   * @param method the name of the called method
   */
  protected <T extends @Nullable Object> T call(String method, Supplier<T> call) {
    return call.get();
  }

  @Override
  public Versions versions() {
    return call("versions", backend::versions);
  }

  @Override
  public PutResult put(List<Write> batch) {
    return call("put", () -> backend.put(batch));
  }

  @Override
  public PutResult restore(List<StoredRecord> batch) {
    return call("restore", () -> backend.restore(batch));
  }

  @Override
  public @Nullable StoredRecord get(String type, String id) {
    return this.<@Nullable StoredRecord>call("get", () -> backend.get(type, id));
  }

  @Override
  public List<String> listTypes() {
    return call("listTypes", backend::listTypes);
  }

  @Override
  public Snapshot snapshot(Selection selection) {
    return call("snapshot", () -> backend.snapshot(selection));
  }

  @Override
  public ChangeFeed changes(Position from, @Nullable String type) {
    return call("changes", () -> backend.changes(from, type));
  }

  @Override
  public Map<String, TypeOptions> options() {
    return call("options", backend::options);
  }

  @Override
  public void setOptions(String type, TypeOptions options) {
    run("setOptions", () -> backend.setOptions(type, options));
  }

  @Override
  public @Nullable Lease acquireLease(String name, Duration duration) {
    return this.<@Nullable Lease>call("acquireLease", () -> backend.acquireLease(name, duration));
  }

  @Override
  public @Nullable Lease renewLease(String name, long token, Duration duration) {
    return this.<@Nullable Lease>call(
        "renewLease", () -> backend.renewLease(name, token, duration));
  }

  @Override
  public boolean releaseLease(String name, long token) {
    return call("releaseLease", () -> backend.releaseLease(name, token));
  }

  @Override
  public long expire() {
    return call("expire", backend::expire);
  }

  @Override
  public long trim(Instant before) {
    return call("trim", () -> backend.trim(before));
  }

  @Override
  public ClearResult clear() {
    return call("clear", backend::clear);
  }

  @Override
  public Checkpoint checkpoint() {
    return call("checkpoint", backend::checkpoint);
  }

  @Override
  public void setCheckpoint(Checkpoint checkpoint) {
    run("setCheckpoint", () -> backend.setCheckpoint(checkpoint));
  }

  @Override
  public Map<String, Long> counters() {
    return call("counters", backend::counters);
  }

  @Override
  public BackendState state() {
    return call("state", backend::state);
  }

  @Override
  public void close() {
    run("close", backend::close);
  }

  private void run(String method, Runnable call) {
    var unused =
        call(
            method,
            () -> {
              call.run();
              return true;
            });
  }
}

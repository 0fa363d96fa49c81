package io.databroker.tck.engine;

import io.databroker.api.Backend;
import io.databroker.api.BackendState;
import io.databroker.api.ChangeFeed;
import io.databroker.api.Changes;
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
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Backend whose running calls are registered. */
record WatchedBackend(Backend backend, Calls calls) implements Backend {
  @Override
  public Versions versions() {
    return calls.call("versions", backend::versions);
  }

  @Override
  public PutResult put(List<Write> batch) {
    return calls.call("put", () -> backend.put(batch));
  }

  @Override
  public PutResult restore(List<StoredRecord> batch) {
    return calls.call("restore", () -> backend.restore(batch));
  }

  @Override
  public @Nullable StoredRecord get(String type, String id) {
    return calls.find("get", () -> backend.get(type, id));
  }

  @Override
  public List<String> listTypes() {
    return calls.call("listTypes", backend::listTypes);
  }

  @Override
  public Snapshot snapshot(Selection selection) {
    return new WatchedSnapshot(calls.call("snapshot", () -> backend.snapshot(selection)), calls);
  }

  @Override
  public ChangeFeed changes(Position from, @Nullable String type) {
    return new WatchedFeed(calls.call("changes", () -> backend.changes(from, type)), calls);
  }

  @Override
  public Map<String, TypeOptions> options() {
    return calls.call("options", backend::options);
  }

  @Override
  public void setOptions(String type, TypeOptions options) {
    calls.run("setOptions", () -> backend.setOptions(type, options));
  }

  @Override
  public @Nullable Lease acquireLease(String name, Duration duration) {
    return calls.find("acquireLease", () -> backend.acquireLease(name, duration));
  }

  @Override
  public @Nullable Lease renewLease(String name, long token, Duration duration) {
    return calls.find("renewLease", () -> backend.renewLease(name, token, duration));
  }

  @Override
  public boolean releaseLease(String name, long token) {
    return calls.call("releaseLease", () -> backend.releaseLease(name, token));
  }

  @Override
  public long expire() {
    return calls.call("expire", backend::expire);
  }

  @Override
  public long trim(Instant before) {
    return calls.call("trim", () -> backend.trim(before));
  }

  @Override
  public ClearResult clear() {
    return calls.call("clear", backend::clear);
  }

  @Override
  public Checkpoint checkpoint() {
    return calls.call("checkpoint", backend::checkpoint);
  }

  @Override
  public void setCheckpoint(Checkpoint checkpoint) {
    calls.run("setCheckpoint", () -> backend.setCheckpoint(checkpoint));
  }

  @Override
  public BackendState state() {
    return calls.call("state", backend::state);
  }

  @Override
  public void close() {
    calls.run("close", backend::close);
  }

  private record WatchedFeed(ChangeFeed feed, Calls calls) implements ChangeFeed {
    @Override
    public @Nullable Changes poll() {
      return calls.find("poll", feed::poll);
    }

    @Override
    public void onReady(Runnable signal) {
      calls.run("onReady", () -> feed.onReady(signal));
    }

    @Override
    public void close() {
      calls.run("close of a feed", feed::close);
    }
  }

  private record WatchedSnapshot(Snapshot snapshot, Calls calls) implements Snapshot {
    @Override
    public Position position() {
      return calls.call("position of a snapshot", snapshot::position);
    }

    @Override
    public Map<String, TypeOptions> options() {
      return calls.call("options of a snapshot", snapshot::options);
    }

    @Override
    public Iterator<StoredRecord> records() {
      Iterator<StoredRecord> records = calls.call("records of a snapshot", snapshot::records);
      return new Iterator<>() {
        @Override
        public boolean hasNext() {
          return calls.call("hasNext of a snapshot", records::hasNext);
        }

        @Override
        public StoredRecord next() {
          return calls.call("next of a snapshot", records::next);
        }

        @Override
        public void remove() {
          calls.run("remove of a snapshot", records::remove);
        }
      };
    }

    @Override
    public void close() {
      calls.run("close of a snapshot", snapshot::close);
    }
  }
}

package io.databroker.tck.engine;

import io.databroker.api.Backend;
import io.databroker.api.ChangeFeed;
import io.databroker.api.Changes;
import io.databroker.api.Position;
import io.databroker.api.Selection;
import io.databroker.api.Snapshot;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.support.ForwardingBackend;
import io.databroker.api.support.ForwardingFeed;
import io.databroker.api.support.ForwardingSnapshot;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Backend whose running calls are registered. */
final class WatchedBackend extends ForwardingBackend {
  private static final Set<String> MAY_ANSWER_NULL = Set.of("get", "acquireLease", "renewLease");

  private final Calls calls;

  WatchedBackend(Backend backend, Calls calls) {
    super(backend);
    this.calls = calls;
  }

  @Override
  protected <T extends @Nullable Object> T call(String method, Supplier<T> call) {
    T answer = calls.find(method, call);
    if (answer == null && !MAY_ANSWER_NULL.contains(method)) {
      throw new NullPointerException(method + " answered null");
    }
    return answer;
  }

  @Override
  public Snapshot snapshot(Selection selection) {
    return new WatchedSnapshot(super.snapshot(selection));
  }

  @Override
  public ChangeFeed changes(Position from, @Nullable String type) {
    return new WatchedFeed(super.changes(from, type));
  }

  private final class WatchedFeed extends ForwardingFeed {
    WatchedFeed(ChangeFeed feed) {
      super(feed);
    }

    @Override
    public @Nullable Changes poll() {
      return calls.<@Nullable Changes>find("poll", super::poll);
    }

    @Override
    public void onReady(Runnable signal) {
      calls.run("onReady", () -> super.onReady(signal));
    }

    @Override
    public void close() {
      calls.run("close of a feed", super::close);
    }
  }

  private final class WatchedSnapshot extends ForwardingSnapshot {
    WatchedSnapshot(Snapshot snapshot) {
      super(snapshot);
    }

    @Override
    public Position position() {
      return calls.call("position of a snapshot", super::position);
    }

    @Override
    public Map<String, TypeOptions> options() {
      return calls.call("options of a snapshot", super::options);
    }

    @Override
    public Iterator<StoredRecord> records() {
      Iterator<StoredRecord> records = calls.call("records of a snapshot", super::records);
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
      calls.run("close of a snapshot", super::close);
    }
  }
}

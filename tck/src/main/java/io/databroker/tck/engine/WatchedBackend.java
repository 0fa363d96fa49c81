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
    return new WatchedSnapshot(super.snapshot(selection), calls);
  }

  @Override
  public ChangeFeed changes(Position from, @Nullable String type) {
    return new WatchedFeed(super.changes(from, type), calls);
  }

  private record WatchedFeed(ChangeFeed feed, Calls calls) implements ChangeFeed {
    @Override
    public @Nullable Changes poll() {
      return calls.<@Nullable Changes>find("poll", feed::poll);
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

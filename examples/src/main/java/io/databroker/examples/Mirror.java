package io.databroker.examples;

import io.databroker.api.Backend;
import io.databroker.api.BlockingFeed;
import io.databroker.api.Bytes;
import io.databroker.api.Changes;
import io.databroker.api.HistoryReplacedException;
import io.databroker.api.HistoryTrimmedException;
import io.databroker.api.Position;
import io.databroker.api.Selection;
import io.databroker.api.Snapshot;
import io.databroker.api.StoredRecord;
import io.databroker.api.Write;
import io.databroker.host.Databroker;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Mirrors a type: takes a snapshot, then applies each later change. */
final class Mirror implements AutoCloseable {
  private final Backend backend;
  private final String type;
  private final Map<String, String> copy = new TreeMap<>();
  private BlockingFeed feed;

  Mirror(Backend backend, String type) {
    this.backend = backend;
    this.type = type;
    this.feed = new BlockingFeed(backend.changes(begin(), type));
  }

  private Position begin() {
    copy.clear();
    try (Snapshot snapshot = backend.snapshot(Selection.ofType(type))) {
      snapshot.records().forEachRemaining(this::apply);
      return snapshot.position();
    }
  }

  /** Waits for one batch; takes a new snapshot if the history was trimmed or replaced. */
  void follow() throws InterruptedException {
    try {
      Changes changes = feed.next();
      changes.records().forEach(this::apply);
    } catch (HistoryReplacedException | HistoryTrimmedException e) {
      System.out.println("starting over: " + e.id());
      feed.close();
      feed = new BlockingFeed(backend.changes(begin(), type));
    }
  }

  private void apply(StoredRecord stored) {
    if (stored.deleted()) {
      copy.remove(stored.id());
    } else {
      copy.put(stored.id(), stored.payload().toUtf8());
    }
  }

  @Override
  public void close() {
    feed.close();
  }

  public static void main(String[] args) throws InterruptedException {
    try (Databroker broker = Databroker.builder().backend("inmemory").open()) {
      Backend backend = broker.backend();
      backend.put(List.of(Write.put("car", "1", Bytes.utf8("blue"))));
      try (Mirror mirror = new Mirror(backend, "car")) {
        System.out.println(mirror.copy);
        backend.put(List.of(Write.put("car", "2", Bytes.utf8("red")), Write.delete("car", "1")));
        mirror.follow();
        System.out.println(mirror.copy);
        backend.clear();
        mirror.follow();
        System.out.println(mirror.copy);
      }
    }
  }
}

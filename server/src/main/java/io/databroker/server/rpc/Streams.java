package io.databroker.server.rpc;

import io.databroker.server.net.Lane;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Open streams. They take short turns: on the event loops of their connections if the backend does
 * not wait in them, and otherwise on a few threads, or on those of searches for snapshots. Watches
 * of the registry always run on threads. In each place, connections take turns, even if one of them
 * has many streams.
 *
 * <p><b>Thread-safety:</b> safe.
 */
final class Streams {
  /**
   * Client and start of a stream.
   *
   * @param begun in {@code System.nanoTime()}
   */
  private record Origin(String from, long begun) {}

  private final Lane changes;
  private final Lane snapshots;
  private final ServiceLimits limits;
  private final BatchRoom batches;
  private final AtomicInteger watchers = new AtomicInteger();
  private final AtomicInteger openSnapshots = new AtomicInteger();
  private final Map<Pump<?>, Origin> open = new ConcurrentHashMap<>();
  private volatile boolean stopping;

  /**
   * @param changes threads for short turns of streams
   * @param snapshots threads for turns that may wait
   * @param batches room for the batches that streams hold
   */
  Streams(Lane changes, Lane snapshots, ServiceLimits limits, BatchRoom batches) {
    this.changes = changes;
    this.snapshots = snapshots;
    this.limits = limits;
    this.batches = batches;
  }

  /** Serves a watch from a source, or with the status of the error if it cannot be opened. */
  <M> void serveWatch(StreamObserver<M> observer, Supplier<MessageSource<M>> opened) {
    if (take(watchers, limits.watchers(), "too-many-watchers", "open Sync streams", observer)) {
      serve(observer, opened, changes, watchers);
    }
  }

  /** Serves a SyncLatest call in the same way. */
  <M> void serveSnapshot(StreamObserver<M> observer, Supplier<MessageSource<M>> opened) {
    if (take(
        openSnapshots,
        limits.snapshots(),
        "too-many-snapshots",
        "open SyncLatest streams",
        observer)) {
      serve(observer, opened, snapshots, openSnapshots);
    }
  }

  private static boolean take(
      AtomicInteger count, int limit, String id, String what, StreamObserver<?> observer) {
    AdmittedCall<?> call = AdmittedCall.CURRENT.get();
    // Otherwise one client could take the places of all others.
    if (count.incrementAndGet() <= limit || (call != null && call.isOfFew())) {
      return true;
    }
    count.decrementAndGet();
    observer.onError(Statuses.limit(id, what, limit));
    return false;
  }

  private <M> void serve(
      StreamObserver<M> observer,
      Supplier<MessageSource<M>> opened,
      Lane lane,
      AtomicInteger count) {
    AdmittedCall<?> call = AdmittedCall.CURRENT.get();
    MessageSource<M> source;
    try {
      source = opened.get();
    } catch (RuntimeException | Error e) {
      count.decrementAndGet();
      observer.onError(Statuses.of(e));
      return;
    }
    Executor turns = call == null ? lane.executor() : call.streamTurns(lane);
    Pump<M> pump =
        new Pump<>(
            (ServerCallStreamObserver<M>) observer,
            source,
            turns,
            call == null ? new RecordGate(null) : call.records(),
            new HeldBatch(batches),
            done -> {
              open.remove(done);
              count.decrementAndGet();
            });
    open.put(pump, new Origin(call == null ? "unknown" : call.from(), System.nanoTime()));
    pump.start();
    if (call != null) {
      call.endedBy(pump::end);
    }
    if (stopping) {
      pump.end(Statuses.stopping());
    }
  }

  /** Ends all streams, and each stream opened later. */
  void stop() {
    stopping = true;
    open.keySet().forEach(pump -> pump.end(Statuses.stopping()));
  }

  /** Returns the open streams of changes, in any order. */
  List<Watcher> watchers() {
    List<Watcher> watchers = new ArrayList<>();
    long now = System.nanoTime();
    open.forEach(
        (pump, origin) -> {
          if (pump.source() instanceof ChangesSource changes) {
            watchers.add(changes.watcher(origin.from, Duration.ofNanos(now - origin.begun)));
          }
        });
    return watchers;
  }

  int count() {
    return open.size();
  }
}

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

  /**
   * Streams that share threads and a limit; {@code id} and {@code what} name them in the error when
   * the limit is reached.
   */
  private record Kind(Lane lane, int limit, String id, String what, AtomicInteger count) {}

  private final Kind watches;
  private final Kind snapshots;
  private final BatchRoom batches;
  private final Map<Pump<?>, Origin> open = new ConcurrentHashMap<>();
  private volatile boolean stopping;

  /**
   * @param changes threads for short turns of streams
   * @param snapshots threads for turns that may wait
   * @param batches room for the batches that streams hold
   */
  Streams(Lane changes, Lane snapshots, ServiceLimits limits, BatchRoom batches) {
    this.watches =
        new Kind(
            changes,
            limits.watchers(),
            "too-many-watchers",
            "open Sync streams",
            new AtomicInteger());
    this.snapshots =
        new Kind(
            snapshots,
            limits.snapshots(),
            "too-many-snapshots",
            "open SyncLatest streams",
            new AtomicInteger());
    this.batches = batches;
  }

  /** Serves a watch from a source, or with the status of the error if it cannot be opened. */
  <M> void serveWatch(StreamObserver<M> observer, Supplier<MessageSource<M>> opened) {
    serve(watches, observer, opened);
  }

  /** Serves a SyncLatest call in the same way. */
  <M> void serveSnapshot(StreamObserver<M> observer, Supplier<MessageSource<M>> opened) {
    serve(snapshots, observer, opened);
  }

  private <M> void serve(Kind kind, StreamObserver<M> observer, Supplier<MessageSource<M>> opened) {
    AtomicInteger count = kind.count;
    AdmittedCall<?> call = AdmittedCall.CURRENT.get();
    // The first few streams of a connection need no place: else one client could take all places.
    if (count.incrementAndGet() > kind.limit && (call == null || !call.isOfFew())) {
      count.decrementAndGet();
      observer.onError(Statuses.limit(kind.id, kind.what, kind.limit));
      return;
    }
    MessageSource<M> source;
    try {
      source = opened.get();
    } catch (RuntimeException | Error e) {
      count.decrementAndGet();
      observer.onError(Statuses.of(e));
      return;
    }
    Executor turns = call == null ? kind.lane.executor() : call.streamTurns(kind.lane);
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

package io.databroker.benchmarks;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Empty;
import io.databroker.server.proto.DataBrokerServiceGrpc.DataBrokerServiceBlockingStub;
import io.databroker.server.proto.DataBrokerServiceGrpc.DataBrokerServiceStub;
import io.databroker.server.proto.PutRequest;
import io.databroker.server.proto.Record;
import io.databroker.server.proto.ServerInfoResponse;
import io.databroker.server.proto.SyncRequest;
import io.databroker.server.proto.SyncResponse;
import io.grpc.Context;
import io.grpc.stub.StreamObserver;
import java.util.Arrays;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;

/**
 * Puts of a record of 256 bytes, one at a time, to a server that nobody else writes to.
 *
 * @param client the connection that puts
 * @param watching the connection of the watchers
 * @param watchers number of watchers
 */
record PacedPuts(
    DataBrokerServiceBlockingStub client, DataBrokerServiceStub watching, int watchers) {
  /** Time from one put to the next. */
  static final long MICROS = 2_000;

  private static final PutRequest PUT =
      PutRequest.newBuilder()
          .addRecords(
              Record.newBuilder()
                  .setType("type")
                  .setId("id")
                  .setData(
                      Any.newBuilder()
                          .setTypeUrl("type.googleapis.com/type")
                          .setValue(ByteString.copyFrom(Workload.payload(1)))))
          .build();

  /**
   * Makes that many puts at that pace; returns the nanoseconds from the call of each until each
   * watcher had the change.
   */
  double[] times(int puts, long paceMicros) throws InterruptedException {
    AtomicLongArray called = new AtomicLongArray(puts + 1);
    double[] times = new double[(puts + 1) * watchers];
    Semaphore arrived = new Semaphore(0);
    ServerInfoResponse info = client.serverInfo(Empty.getDefaultInstance());
    long before = info.getLatestRecordVersion();
    SyncRequest sync =
        SyncRequest.newBuilder()
            .setServerVersion(info.getServerVersion())
            .setRecordVersion(before)
            .setWait(true)
            .build();
    try (Context.CancellableContext open = Context.current().withCancellation()) {
      for (int i = 0; i < watchers; i++) {
        int watcher = i;
        LongConsumer change =
            version -> {
              int put = (int) (version - before - 1);
              times[put * watchers + watcher] = System.nanoTime() - called.get(put);
              arrived.release();
            };
        open.run(() -> watching.sync(sync, new Watcher(change)));
      }
      put(called, 0); // not timed: until it has arrived, the streams are being opened
      await(arrived, watchers);
      long due = System.nanoTime();
      for (int i = 1; i <= puts; i++) {
        due = Math.max(due + TimeUnit.MICROSECONDS.toNanos(paceMicros), System.nanoTime());
        for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
          LockSupport.parkNanos(left);
        }
        put(called, i);
      }
      await(arrived, puts * watchers);
    }
    return Arrays.copyOfRange(times, watchers, times.length);
  }

  private void put(AtomicLongArray called, int number) {
    called.set(number, System.nanoTime());
    client.put(PUT);
  }

  private static void await(Semaphore arrived, int changes) throws InterruptedException {
    if (!arrived.tryAcquire(changes, 30, TimeUnit.SECONDS)) {
      throw new IllegalStateException("changes did not arrive");
    }
  }

  /** Watcher that tells the version of each change. */
  private record Watcher(LongConsumer change) implements StreamObserver<SyncResponse> {
    @Override
    public void onNext(SyncResponse message) {
      if (message.hasRecord()) {
        change.accept(message.getRecord().getVersion());
      }
    }

    @Override
    public void onError(Throwable ended) {}

    @Override
    public void onCompleted() {}
  }
}

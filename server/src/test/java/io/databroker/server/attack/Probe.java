package io.databroker.server.attack;

import com.google.common.util.concurrent.FutureCallback;
import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.MoreExecutors;
import io.databroker.server.proto.DataBrokerServiceGrpc;
import io.databroker.server.proto.GetRequest;
import io.databroker.server.proto.GetResponse;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** An honest client, on a connection of its own: fifty gets a second. */
final class Probe implements AutoCloseable {
  private static final long SLOW_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final int EVERY_MILLIS = 20;

  final ManagedChannel channel;
  private final GetRequest request;
  private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
  private final AtomicInteger sent = new AtomicInteger();
  private final AtomicInteger answered = new AtomicInteger();
  private final AtomicInteger failed = new AtomicInteger();
  private final AtomicInteger slow = new AtomicInteger();
  private volatile String lastFailure = "";

  /** Counts since the last look. */
  record Seen(int sent, int failed, int slow, String failure) {
    double slowShare() {
      return sent == 0 ? 1 : (double) (failed + slow) / sent;
    }
  }

  Probe(int port, String type, String id) {
    channel =
        NettyChannelBuilder.forAddress("127.0.0.1", port, InsecureChannelCredentials.create())
            .build();
    request = GetRequest.newBuilder().setType(type).setId(id).build();
    var unused = clock.scheduleAtFixedRate(this::ask, 0, EVERY_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void ask() {
    sent.incrementAndGet();
    long begin = System.nanoTime();
    Futures.addCallback(
        DataBrokerServiceGrpc.newFutureStub(channel)
            .withDeadlineAfter(10, TimeUnit.SECONDS)
            .get(request),
        new FutureCallback<GetResponse>() {
          @Override
          public void onSuccess(GetResponse answer) {
            if (System.nanoTime() - begin > SLOW_NANOS) {
              slow.incrementAndGet();
            }
            answered.incrementAndGet();
          }

          @Override
          public void onFailure(Throwable failure) {
            lastFailure = failure.toString();
            failed.incrementAndGet();
            answered.incrementAndGet();
          }
        },
        MoreExecutors.directExecutor());
  }

  /** Counts since the last call of this; those that are still under way count in the next. */
  Seen look() {
    String failure = lastFailure;
    lastFailure = "";
    answered.set(0);
    return new Seen(sent.getAndSet(0), failed.getAndSet(0), slow.getAndSet(0), failure);
  }

  @Override
  public void close() {
    clock.shutdownNow();
    channel.shutdownNow();
  }
}

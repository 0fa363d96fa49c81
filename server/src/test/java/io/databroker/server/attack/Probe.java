package io.databroker.server.attack;

import com.google.common.util.concurrent.FutureCallback;
import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.ListenableFuture;
import com.google.common.util.concurrent.MoreExecutors;
import io.databroker.server.proto.DataBrokerServiceGrpc;
import io.databroker.server.proto.DataBrokerServiceGrpc.DataBrokerServiceFutureStub;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** A well-behaved client on its own connection, which repeats one call. */
final class Probe implements AutoCloseable {
  private static final long SLOW_NANOS = TimeUnit.SECONDS.toNanos(1);

  final ManagedChannel channel;
  private final Function<DataBrokerServiceFutureStub, ListenableFuture<?>> call;
  private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
  private final AtomicInteger sent = new AtomicInteger();
  private final AtomicInteger answered = new AtomicInteger();
  private final AtomicInteger failed = new AtomicInteger();
  private final AtomicInteger slow = new AtomicInteger();
  private volatile String lastFailure = "";

  /** Counts since the last reading. */
  record Seen(int sent, int failed, int slow, String failure) {
    double slowShare() {
      return sent == 0 ? 1 : (double) (failed + slow) / sent;
    }
  }

  /**
   * Starts the calls.
   *
   * @param rate calls a second
   */
  Probe(int port, int rate, Function<DataBrokerServiceFutureStub, ListenableFuture<?>> call) {
    channel =
        NettyChannelBuilder.forAddress("127.0.0.1", port, InsecureChannelCredentials.create())
            .build();
    this.call = call;
    var unused = clock.scheduleAtFixedRate(this::ask, 0, 1_000 / rate, TimeUnit.MILLISECONDS);
  }

  private void ask() {
    sent.incrementAndGet();
    long begin = System.nanoTime();
    Futures.addCallback(
        call.apply(
            DataBrokerServiceGrpc.newFutureStub(channel).withDeadlineAfter(10, TimeUnit.SECONDS)),
        new FutureCallback<Object>() {
          @Override
          public void onSuccess(Object answer) {
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

  /** Returns the counts since the last call; calls still running count in the next result. */
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

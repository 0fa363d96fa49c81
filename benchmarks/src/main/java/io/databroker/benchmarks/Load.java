package io.databroker.benchmarks;

import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import java.util.function.IntPredicate;

/** Load on a server, with a fixed number of calls in flight. */
final class Load {
  private static final int CALLS_UNDER_WAY = 16;

  private Load() {}

  /** Call of a client. */
  interface Call<A> {
    void start(int number, StreamObserver<A> observer);
  }

  /** Makes unary calls for that long and returns the number of answers. */
  static <A> long unary(long millis, Call<A> call) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    return unary(made -> System.nanoTime() < end, call);
  }

  /** Makes that many unary calls. */
  static <A> void each(int count, Call<A> call) throws InterruptedException {
    unary(made -> made < count, call);
  }

  private static <A> int unary(IntPredicate more, Call<A> call) throws InterruptedException {
    Semaphore free = new Semaphore(CALLS_UNDER_WAY);
    AtomicReference<Throwable> failure = new AtomicReference<>();
    int calls = 0;
    while (more.test(calls) && failure.get() == null) {
      free.acquire();
      call.start(calls++, new Counting<>(any -> {}, free::release, failure));
    }
    if (!free.tryAcquire(CALLS_UNDER_WAY, 30, TimeUnit.SECONDS)) {
      throw new IllegalStateException("calls without an answer");
    }
    check(failure);
    return calls;
  }

  /**
   * Reads rounds of concurrent streams to their ends for that long; returns the number of messages.
   */
  static <A> long streams(long millis, int clients, Call<A> call) throws InterruptedException {
    AtomicReference<Throwable> failure = new AtomicReference<>();
    AtomicLong messages = new AtomicLong();
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    do {
      CountDownLatch open = new CountDownLatch(clients);
      for (int i = 0; i < clients; i++) {
        call.start(i, new Counting<>(any -> messages.incrementAndGet(), open::countDown, failure));
      }
      if (!open.await(60, TimeUnit.SECONDS)) {
        throw new IllegalStateException("streams without an end");
      }
    } while (System.nanoTime() < end && failure.get() == null);
    check(failure);
    return messages.get();
  }

  private static void check(AtomicReference<Throwable> failure) {
    if (failure.get() != null) {
      throw new IllegalStateException("a call failed", failure.get());
    }
  }

  /**
   * Requests all messages at once. Requesting each message separately would cost the client more
   * than the message costs the server, so the measurement would include the server's waiting.
   */
  private record Counting<Q, A>(
      IntConsumer onMessage, Runnable atEnd, AtomicReference<Throwable> failure)
      implements ClientResponseObserver<Q, A> {
    @Override
    public void beforeStart(ClientCallStreamObserver<Q> call) {
      call.disableAutoRequestWithInitial(Integer.MAX_VALUE);
    }

    @Override
    public void onNext(A message) {
      onMessage.accept(1);
    }

    @Override
    public void onError(Throwable thrown) {
      failure.set(thrown);
      atEnd.run();
    }

    @Override
    public void onCompleted() {
      atEnd.run();
    }
  }
}

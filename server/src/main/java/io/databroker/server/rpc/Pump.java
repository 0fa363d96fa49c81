package io.databroker.server.rpc;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Sends the messages of a source as fast as the client takes them.
 *
 * <p>It runs in turns, one at a time, and holds no thread between them. What wakes it: the source
 * has something to say, the client has room, or the call is to end. {@code wakeups} counts these; a
 * turn that leaves the count above what it saw is followed by another, so none is lost. Without
 * room it does not ask the source: a client that does not read costs the one batch that the source
 * is at, and the transport's buffer.
 *
 * <p><b>Thread-safety:</b> safe.
 *
 * @param <M> the messages
 */
final class Pump<M> {
  /** Messages in one turn, so that a long stream does not keep others waiting. */
  private static final int TURN = 128;

  private final ServerCallStreamObserver<M> call;
  private final MessageSource<M> source;
  private final Executor executor;
  private final boolean waits;
  private final Consumer<Pump<M>> whenDone;
  private final AtomicInteger wakeups = new AtomicInteger();
  private volatile @Nullable Status ending;

  /** Touched by turns alone. */
  private boolean done;

  /**
   * @param executor where turns run, but for those that {@link #resume} runs
   * @param waits whether the source may wait in a turn
   */
  Pump(
      ServerCallStreamObserver<M> call,
      MessageSource<M> source,
      Executor executor,
      boolean waits,
      Consumer<Pump<M>> whenDone) {
    this.call = call;
    this.source = source;
    this.executor = executor;
    this.waits = waits;
    this.whenDone = whenDone;
  }

  /** Called in the method that serves the call, where gRPC takes handlers. */
  void start() {
    call.setOnReadyHandler(waits ? this::wake : this::resume);
    call.setOnCancelHandler(
        () -> {
          source.close();
          wake();
        });
    wake();
  }

  /** Ends the call with that status as soon as a turn under way is over. */
  void end(Status status) {
    ending = status;
    wake();
  }

  /**
   * The client has room again: a turn right here, on the thread that brings the news. That one is
   * to tell a cancellation, too, and so not for a turn that may wait.
   */
  private void resume() {
    if (wakeups.getAndIncrement() == 0) {
      turn();
    }
  }

  private void wake() {
    if (wakeups.getAndIncrement() == 0) {
      executor.execute(this::turn);
    }
  }

  private void turn() {
    int seen = wakeups.get();
    boolean more = false;
    if (!done) {
      try {
        more = send();
      } catch (RuntimeException | Error e) {
        // A source that was closed because the client left has nobody to tell.
        finish(() -> call.onError(Statuses.of(e)));
      }
    }
    if (more || wakeups.addAndGet(-seen) != 0) {
      executor.execute(this::turn);
    }
  }

  /** Whether the turn ended with more to send. */
  private boolean send() {
    for (int sent = 0; sent < TURN; sent++) {
      Status status = ending;
      if (status != null) {
        finish(() -> call.onError(status.asRuntimeException()));
        return false;
      }
      if (call.isCancelled()) {
        finish(() -> {});
        return false;
      }
      if (source.ended()) {
        finish(call::onCompleted); // needs no room
        return false;
      }
      if (!call.isReady()) {
        return false;
      }
      M message = source.poll();
      if (message != null) {
        call.onNext(message);
      } else if (!source.ended()) {
        source.onReady(this::wake);
        return false;
      }
    }
    return true;
  }

  private void finish(Runnable lastWord) {
    done = true;
    source.close();
    whenDone.accept(this);
    if (!call.isCancelled()) {
      lastWord.run();
    }
  }
}

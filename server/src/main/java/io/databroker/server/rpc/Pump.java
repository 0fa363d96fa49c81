package io.databroker.server.rpc;

import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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
  private static final Logger log = LoggerFactory.getLogger(Pump.class);

  /** Most messages in one turn, so that a long stream does not delay others. */
  private static final int TURN = 128;

  private final ServerCallStreamObserver<M> call;
  private final MessageSource<M> source;
  private final Executor executor;
  private final boolean waits;
  private final Consumer<Pump<M>> whenDone;
  private final AtomicInteger wakeups = new AtomicInteger();
  private volatile @Nullable StatusRuntimeException ending;

  /** Used by turns alone. */
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

  /**
   * Registers the handlers; called in the method that serves the call, the only place where gRPC
   * accepts them.
   */
  void start() {
    call.setOnReadyHandler(waits ? this::wake : this::resume);
    call.setOnCancelHandler(
        () -> {
          source.close();
          wake();
        });
    wake();
  }

  /** Ends the call with that status, after the running turn if there is one. */
  void end(StatusRuntimeException status) {
    ending = status;
    wake();
  }

  /**
   * Runs a turn on the thread that tells that the client has room again. A turn that may wait runs
   * elsewhere, because this thread also tells of cancellations.
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
        fail(e);
      }
    }
    if (more || wakeups.addAndGet(-seen) != 0) {
      executor.execute(this::turn);
    }
  }

  /** Returns whether there is more to send after the turn. */
  private boolean send() {
    for (int sent = 0; sent < TURN; sent++) {
      StatusRuntimeException status = ending;
      if (status != null) {
        finish(() -> call.onError(status));
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

  private void fail(Throwable error) {
    try {
      finish(() -> call.onError(Statuses.of(error)));
    } catch (RuntimeException | Error e) {
      log.warn("a stream could not be told of its failure: {}", e.toString());
    }
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

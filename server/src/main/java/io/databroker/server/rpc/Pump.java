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
 * Sends the messages of a source as fast as the client reads them.
 *
 * <p>It runs in turns, one at a time, and holds no thread between them. Four events start a turn:
 * the source has a message, the client has room, the heap has room for a large record, or the call
 * must end. {@code wakeups} counts these events; if the count has grown during a turn, another turn
 * follows, so no event is lost. Without room it does not poll the source, so a client that does not
 * read costs at most one batch and the transport's buffer. A batch for which the heap has no room
 * after a turn is dropped, and read again in the next turn; a source that cannot do so ends.
 *
 * <p><b>Thread-safety:</b> safe.
 *
 * @param <M> the messages
 */
final class Pump<M> {
  private static final Logger log = LoggerFactory.getLogger(Pump.class);

  /** Largest number of messages in one turn, so that a long stream does not delay others. */
  private static final int TURN = 128;

  private final ServerCallStreamObserver<M> call;
  private final MessageSource<M> source;
  private final Executor turns;
  private final RecordGate gate;
  private final HeldBatch held;
  private final Consumer<Pump<M>> whenDone;
  private final AtomicInteger wakeups = new AtomicInteger();
  private volatile @Nullable StatusRuntimeException ending;

  /** Written by turns. */
  private volatile boolean done;

  /**
   * @param turns runs the turns, possibly on an event loop
   * @param gate room for large records
   * @param held room for the messages that the source holds between the turns
   * @param whenDone runs once, when the stream has ended
   */
  Pump(
      ServerCallStreamObserver<M> call,
      MessageSource<M> source,
      Executor turns,
      RecordGate gate,
      HeldBatch held,
      Consumer<Pump<M>> whenDone) {
    this.call = call;
    this.source = source;
    this.turns = turns;
    this.gate = gate;
    this.held = held;
    this.whenDone = whenDone;
  }

  /**
   * Registers the handlers. Call it in the method that serves the call: gRPC accepts the handlers
   * only there.
   */
  void start() {
    call.setOnReadyHandler(this::wake);
    call.setOnCancelHandler(
        () -> {
          close();
          wake();
        });
    wake();
  }

  MessageSource<M> source() {
    return source;
  }

  /** Ends the call with that status, after the running turn if there is one. */
  void end(StatusRuntimeException status) {
    ending = status;
    wake();
  }

  private void wake() {
    if (wakeups.getAndIncrement() == 0) {
      turns.execute(this::turn);
    }
  }

  private void turn() {
    int seen = wakeups.get();
    boolean more = false;
    if (!done) {
      try {
        more = send();
        if (!done && !held.hold(source.held())) {
          if (source.release()) {
            held.hold(0);
          } else {
            finish(() -> call.onError(Statuses.noRecordRoom()));
          }
        }
      } catch (RuntimeException | Error e) {
        // If the source was closed because the client left, there is no client to notify.
        finish(() -> call.onError(Statuses.of(e)));
      }
    }
    if (more || wakeups.addAndGet(-seen) != 0) {
      turns.execute(this::turn);
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
        finish(call::onCompleted); // the end needs no room
        return false;
      }
      if (!call.isReady()) {
        return false;
      }
      M message = source.poll();
      if (message != null) {
        if (!gate.passes(message)) {
          source.back(message);
          gate.whenOpen(message, this::waits, this::wake);
          return false;
        }
        try {
          call.onNext(message);
        } finally {
          gate.left(message);
        }
      } else if (!source.ended()) {
        source.onReady(this::wake);
        return false;
      }
    }
    return true;
  }

  private boolean waits() {
    return !done && ending == null && !call.isCancelled();
  }

  /** Ends the stream even if the source or the transport fails: its place must become free. */
  private void finish(Runnable lastWord) {
    done = true;
    close();
    // The stream stays in memory until its client reads its end, so it drops its messages now.
    attempt(source::release, "the source of a stream could not be released");
    held.hold(0);
    whenDone.accept(this);
    if (!call.isCancelled()) {
      attempt(lastWord, "the end of a stream could not be sent to its client");
    }
  }

  private void close() {
    attempt(source::close, "the source of a stream could not be closed");
  }

  private static void attempt(Runnable step, String failure) {
    try {
      step.run();
    } catch (RuntimeException | Error e) {
      log.warn("{}: {}", failure, e.toString());
    }
  }
}

package io.databroker.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.BytesValue;
import io.databroker.api.Bytes;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import java.util.function.BooleanSupplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The turns of one stream, run by hand. */
class PumpTest {
  private static final BytesValue SMALL = BytesValue.of(ByteString.copyFrom(new byte[10]));
  private static final LargeRecord LARGE =
      new LargeRecord(new byte[3], Bytes.copyOf(new byte[100_000]), new byte[4]);

  private final Logger log = Logger.getLogger(Pump.class.getName());
  private final List<String> logged = new ArrayList<>();
  private final Queue<Runnable> turns = new ArrayDeque<>();
  private final Gate gate = new Gate();
  private final Messages source = new Messages();
  private final Call call = new Call();
  private final BatchRoom room = new BatchRoom(1_000);
  private final Pump<Object> pump =
      new Pump<>(call, source, turns::add, gate, new HeldBatch(room), done -> source.ends++);

  @BeforeEach
  void captureWarnings() {
    log.setLevel(Level.ALL); // other tests of this JVM change the level of all loggers
    log.setFilter(
        line -> {
          logged.add(line.getMessage());
          return false;
        });
  }

  @AfterEach
  void releaseLog() {
    log.setFilter(null);
    log.setLevel(null);
  }

  private void runTurns() {
    while (!turns.isEmpty()) {
      turns.remove().run();
    }
  }

  @Test
  void aMessageIsSentWhenThereIsOneAndTheClientReads() {
    pump.start();
    runTurns();
    call.ready = false;
    source.waiting.add(SMALL);
    source.signal.run();
    runTurns();
    assertThat(call.events).isEmpty();
    call.ready = true;
    call.onReady.run();
    runTurns();
    assertThat(call.events).containsExactly("10");
  }

  @Test
  void aLargeRecordForWhichThereIsNoRoomWaitsAndKeepsItsOrder() {
    source.waiting.addAll(List.of(SMALL, LARGE, SMALL));
    source.ended = true;
    gate.open = false;
    pump.start();
    runTurns();
    assertThat(call.events).containsExactly("10");
    gate.open = true;
    gate.signal.run();
    runTurns();
    assertThat(call.events).containsExactly("10", "100000", "10", "completed");
  }

  @Test
  void aLargeRecordThatWasNotSentLeavesItsPlace() {
    source.waiting.add(LARGE);
    call.failsToSend = true;
    pump.start();
    runTurns();
    assertThat(gate.inside).isZero();
    assertThat(source.ends).isEqualTo(1);
  }

  @Test
  void aSourceThatCannotBeClosedDoesNotKeepTheEndFromTheClient() {
    source.failsToClose = true;
    source.waiting.add(SMALL);
    source.ended = true;
    pump.start();
    runTurns();
    assertThat(call.events).containsExactly("10", "completed");
    assertThat(source.ends).isEqualTo(1);
    assertThat(logged).hasSize(1);
  }

  @Test
  void aSourceThatCannotBeClosedGivesItsPlaceBackWhenTheClientLeaves() {
    source.failsToClose = true;
    pump.start();
    runTurns();
    call.cancelled = true;
    call.onCancel.run();
    runTurns();
    assertThat(call.events).isEmpty();
    assertThat(source.ends).isEqualTo(1);
  }

  @Test
  void anEndThatCannotBeSentGivesThePlaceBackOnce() {
    call.failsToEnd = true;
    source.ended = true;
    pump.start();
    runTurns();
    pump.end(Statuses.stopping());
    runTurns();
    assertThat(source.ends).isEqualTo(1);
    assertThat(logged).hasSize(1);
  }

  @Test
  void aSourceThatFailsEndsTheStreamWithItsError() {
    source.failure = Status.DATA_LOSS.withDescription("gone").asRuntimeException();
    pump.start();
    runTurns();
    assertThat(call.events).containsExactly("DATA_LOSS: gone");
    assertThat(source.ends).isEqualTo(1);
  }

  @Test
  void aBatchForWhichTheHeapHasNoRoomIsReleased() {
    assertThat(room.take(600)).isTrue();
    call.ready = false;
    source.held = 400;
    pump.start();
    runTurns();
    assertThat(source.releases).isEqualTo(0);
    assertThat(room.take(1)).isFalse();
    source.held = 401;
    call.onReady.run();
    runTurns();
    assertThat(source.releases).isEqualTo(1);
    assertThat(room.take(400)).isTrue();
  }

  @Test
  void aStreamWhoseRecordFindsNoRoomAndCannotBeReadAgainEnds() {
    assertThat(room.take(600)).isTrue();
    source.releasable = false;
    source.held = 401;
    call.ready = false;
    pump.start();
    runTurns();
    assertThat(call.events).hasSize(1);
    assertThat(call.events.get(0)).startsWith("RESOURCE_EXHAUSTED: records-exhausted");
    assertThat(room.take(400)).isTrue();
  }

  @Test
  void aStreamThatHasEndedDoesNotWaitForRoom() {
    assertThat(room.take(600)).isTrue();
    source.waiting.add(LARGE);
    source.releasable = false;
    source.held = 401;
    gate.open = false;
    pump.start();
    runTurns();
    assertThat(call.events).hasSize(1);
    assertThat(gate.waits.getAsBoolean()).isFalse();
  }

  @Test
  void anEndedStreamGivesItsRoomBack() {
    assertThat(room.take(1)).isTrue();
    call.ready = false;
    source.held = 999;
    pump.start();
    runTurns();
    assertThat(room.take(1)).isFalse();
    pump.end(Statuses.stopping());
    runTurns();
    assertThat(room.take(999)).isTrue();
  }

  @Test
  void aSingleBatchMayBeLargerThanTheRoom() {
    call.ready = false;
    source.held = 5_000;
    pump.start();
    runTurns();
    assertThat(source.releases).isEqualTo(0);
    assertThat(room.take(1)).isFalse();
    source.held = 6_000;
    call.onReady.run();
    runTurns();
    assertThat(source.releases).isEqualTo(0);
    source.held = 0;
    call.onReady.run();
    runTurns();
    assertThat(room.take(1)).isTrue();
  }

  private static final class Messages implements MessageSource<Object> {
    final Deque<Object> waiting = new ArrayDeque<>();
    Object last;
    boolean ended;
    boolean failsToClose;
    RuntimeException failure;
    Runnable signal;
    int ends;
    long held;
    int releases;
    boolean releasable = true;

    @Override
    public Object poll() {
      if (failure != null) {
        throw failure;
      }
      last = waiting.poll();
      return last;
    }

    @Override
    public void back(Object message) {
      waiting.addFirst(last);
    }

    @Override
    public boolean ended() {
      return ended && waiting.isEmpty();
    }

    @Override
    public void onReady(Runnable next) {
      signal = next;
    }

    @Override
    public long held() {
      return held;
    }

    @Override
    public boolean release() {
      releases++;
      held = releasable ? 0 : held;
      return releasable;
    }

    @Override
    public void close() {
      if (failsToClose) {
        throw new AssertionError("expected");
      }
    }
  }

  private static final class Gate extends RecordGate {
    boolean open = true;
    int inside;
    Runnable signal;
    BooleanSupplier waits;

    Gate() {
      super(null);
    }

    @Override
    boolean passes(Object message) {
      inside += open ? 1 : 0;
      return open || message != LARGE;
    }

    @Override
    void whenOpen(Object message, BooleanSupplier waiting, Runnable task) {
      signal = task;
      waits = waiting;
    }

    @Override
    void left(Object message) {
      inside--;
    }
  }

  /** Call that records its messages. */
  private static final class Call extends ServerCallStreamObserver<Object> {
    final List<String> events = new ArrayList<>();
    boolean ready = true;
    boolean cancelled;
    boolean failsToEnd;
    boolean failsToSend;
    Runnable onReady;
    Runnable onCancel;

    @Override
    public void onNext(Object message) {
      if (failsToSend) {
        throw Status.CANCELLED.asRuntimeException();
      }
      events.add(message == SMALL ? "10" : "100000");
    }

    @Override
    public void onError(Throwable error) {
      end(error.getMessage());
    }

    @Override
    public void onCompleted() {
      end("completed");
    }

    private void end(String event) {
      if (failsToEnd) {
        throw new OutOfMemoryError("expected");
      }
      events.add(event);
    }

    @Override
    public boolean isReady() {
      return ready;
    }

    @Override
    public boolean isCancelled() {
      return cancelled;
    }

    @Override
    public void setOnReadyHandler(Runnable handler) {
      onReady = handler;
    }

    @Override
    public void setOnCancelHandler(Runnable handler) {
      onCancel = handler;
    }

    @Override
    public void setCompression(String compression) {}

    @Override
    public void setMessageCompression(boolean enable) {}

    @Override
    public void disableAutoInboundFlowControl() {}

    @Override
    public void request(int count) {}
  }
}

package io.databroker.server.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.netty.shaded.io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LoopTurnTest {
  private final AtomicLong now = new AtomicLong(-1);
  private final Queue<Runnable> tasks = new ArrayDeque<>();
  private final LoopRound round = new LoopRound(tasks::add);
  private final LoopTurn turn = new LoopTurn(null, round, now::get);

  private void pass(Duration time) {
    now.addAndGet(time.toNanos());
  }

  @Test
  void aReadOfTheSocketHasAMillisecondForCalls() {
    assertThat(turn.hasTime()).isTrue();
    pass(Duration.ofNanos(900_000));
    assertThat(turn.hasTime()).isTrue();
    pass(Duration.ofNanos(200_000));
    assertThat(turn.hasTime()).isFalse();
    turn.end();
    assertThat(turn.hasTime()).isTrue();
  }

  @Test
  void theEndOfAReadBeginsTheNextTurn() {
    EmbeddedChannel channel = new EmbeddedChannel(new ReadWhileRead(turn));
    assertThat(turn.hasTime()).isTrue();
    pass(Duration.ofSeconds(1));
    assertThat(turn.hasTime()).isFalse();
    channel.pipeline().fireChannelReadComplete();
    tasks.remove().run(); // the event loop runs its tasks after its sockets
    assertThat(turn.hasTime()).isTrue();
    channel.finish();
  }

  @Test
  void theTurnsOfManyConnectionsShareARound() {
    int turns = 0;
    for (LoopTurn next = turn; next.hasTime(); next = new LoopTurn(null, round, now::get)) {
      turns++;
      pass(Duration.ofNanos(900_000));
    }
    assertThat(turns).isEqualTo(12);
    assertThat(tasks).as("one task ends the round").hasSize(1);
    tasks.remove().run();
    assertThat(new LoopTurn(null, round, now::get).hasTime()).isTrue();
    assertThat(tasks).hasSize(1);
  }

  @Test
  void whileTheServerStopsNoCallRunsOnALoop() {
    LoopRound stopped =
        new LoopRound(
            task -> {
              throw new RejectedExecutionException();
            });
    assertThat(new LoopTurn(null, stopped, now::get).hasTime()).isFalse();
  }

  @Test
  void aConnectionWithoutASocketHasNoEventLoop() {
    assertThat(turn.isHere()).isFalse();
  }
}

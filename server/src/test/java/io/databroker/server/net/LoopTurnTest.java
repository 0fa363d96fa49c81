package io.databroker.server.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.netty.shaded.io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LoopTurnTest {
  private final AtomicLong now = new AtomicLong(-1);
  private final LoopTurn turn = new LoopTurn(null, now::get);

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
    assertThat(turn.hasTime()).isTrue();
    channel.finish();
  }

  @Test
  void aConnectionWithoutASocketHasNoEventLoop() {
    assertThat(turn.isHere()).isFalse();
  }
}

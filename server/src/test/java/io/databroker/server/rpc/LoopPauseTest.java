package io.databroker.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LoopPauseTest {
  private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 1_000); // wraps around
  private final LoopPause pause = new LoopPause(clock::get);

  private void run(long nanos) {
    pause.run("Get", () -> clock.addAndGet(nanos));
  }

  @Test
  void shortCallsGoOn() {
    for (int i = 0; i < 100; i++) {
      run(LoopPause.LONG.toNanos() - 1);
      assertThat(pause.isOver()).isTrue();
    }
  }

  @Test
  void aLongCallThatFailsPausesToo() {
    assertThatThrownBy(
            () ->
                pause.run(
                    "Get",
                    () -> {
                      clock.addAndGet(LoopPause.LONG.toNanos());
                      throw new IllegalStateException("expected");
                    }))
        .hasMessage("expected");
    assertThat(pause.isOver()).isFalse();
  }

  @Test
  void aLongCallPausesTheNextOnes() {
    run(LoopPause.LONG.toNanos());
    assertThat(pause.isOver()).isFalse();
    clock.addAndGet(LoopPause.PAUSE.toNanos() - 10);
    assertThat(pause.isOver()).isFalse();
    clock.addAndGet(20);
    assertThat(pause.isOver()).isTrue();
    run(1);
    assertThat(pause.isOver()).isTrue();
  }
}

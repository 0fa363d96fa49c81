package io.databroker.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.server.log.LogFormat;
import io.databroker.server.log.LogLevel;
import io.databroker.server.log.Logging;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EndingTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final Logging log =
      Logging.to(new PrintStream(out, true, StandardCharsets.UTF_8), LogLevel.INFO, LogFormat.TEXT);
  private final AtomicInteger closed = new AtomicInteger();

  @AfterEach
  void silence() {
    Logging.silence();
  }

  private static void fail() {
    throw new IllegalStateException("the disk is gone");
  }

  @Test
  void aBackendThatCannotBeClosedIsAFailure() {
    assertThat(new Ending(closed::incrementAndGet, EndingTest::fail, log).end()).isEqualTo(1);
    assertThat(closed.get()).isEqualTo(1);
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains("WARN server: ")
        .contains("disk is gone");
  }

  @Test
  void theBackendIsClosedThoughTheServerIsNot() {
    assertThat(new Ending(EndingTest::fail, closed::incrementAndGet, log).end()).isEqualTo(1);
    assertThat(closed.get()).isEqualTo(1);
  }

  @Test
  void anOrderlyEndIsNoFailure() {
    assertThat(new Ending(closed::incrementAndGet, closed::incrementAndGet, log).end()).isZero();
    assertThat(closed.get()).isEqualTo(2);
  }
}

package io.databroker.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.api.Backend;
import io.databroker.api.Versions;
import io.databroker.api.support.ForwardingBackend;
import io.databroker.host.Databroker;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Trouble of a server whose backend reports that it serves. */
class HealthProbeTest {
  private final Databroker broker = Databroker.builder().backend("inmemory").open();
  private final AtomicLong nanos = new AtomicLong();

  @AfterEach
  void close() {
    broker.close();
  }

  private HealthProbe over(Runnable beforeAnswer) {
    Backend backend =
        new ForwardingBackend(broker.backend()) {
          @Override
          public Versions versions() {
            beforeAnswer.run();
            return super.versions();
          }
        };
    return new HealthProbe(backend, nanos::get);
  }

  @Test
  void aBackendThatDoesNotAnswerIsTrouble() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch answer = new CountDownLatch(1);
    HealthProbe probe =
        over(
            () -> {
              asked.countDown();
              try {
                assertThat(answer.await(20, TimeUnit.SECONDS)).isTrue();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    Thread probing = new Thread(probe::probe);
    probing.start();
    assertThat(asked.await(20, TimeUnit.SECONDS)).isTrue();
    assertThat(probe.trouble()).isNull();
    nanos.addAndGet(Duration.ofSeconds(11).toNanos());
    assertThat(probe.trouble()).contains("has not answered for 10 seconds");
    answer.countDown();
    probing.join(20_000);
    assertThat(probe.trouble()).isNull();
  }

  @Test
  void aBackendThatFailsIsTroubleUntilItAnswers() {
    AtomicLong failures = new AtomicLong(1);
    HealthProbe probe =
        over(
            () -> {
              if (failures.getAndDecrement() > 0) {
                throw new IllegalStateException("on purpose");
              }
            });
    probe.probe();
    assertThat(probe.trouble()).contains("on purpose");
    probe.probe();
    assertThat(probe.trouble()).isNull();
  }

  @Test
  void aServerThatStopsIsTrouble() {
    HealthProbe probe = over(() -> {});
    probe.probe();
    probe.stop();
    assertThat(probe.trouble()).isEqualTo("the server is stopping");
  }
}

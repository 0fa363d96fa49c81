package io.databroker.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ReconnectTest {
  private static final Connection CONNECTION =
      (Connection)
          Proxy.newProxyInstance(
              Connection.class.getClassLoader(),
              new Class<?>[] {Connection.class},
              (proxy, method, arguments) -> null);

  @Test
  void pausesStayShortHoweverLongTheServerIsAway() throws Exception {
    AtomicInteger attempts = new AtomicInteger();
    List<Duration> pauses = new ArrayList<>();
    Reconnect reconnect =
        new Reconnect(
            () -> {
              if (attempts.incrementAndGet() <= 100) {
                throw new SQLException("away", "08001");
              }
              return CONNECTION;
            },
            pauses::add);
    assertThat(reconnect.open()).isSameAs(CONNECTION);
    assertThat(pauses).hasSize(100).allMatch(each -> each.compareTo(Reconnect.LONGEST_PAUSE) <= 0);
    assertThat((Throwable) reconnect.lastFailure()).isNull();
  }

  @Test
  void failuresOfEachKindAreToldAndTriedAgain() throws Exception {
    List<String> told = new ArrayList<>();
    AtomicInteger attempts = new AtomicInteger();
    Reconnect[] self = new Reconnect[1];
    self[0] =
        new Reconnect(
            () -> {
              switch (attempts.incrementAndGet()) {
                case 1 -> throw new SQLException("away", "08001");
                case 2 -> throw new IllegalStateException("not ours");
                default -> {
                  return CONNECTION;
                }
              }
            },
            time -> told.add(String.valueOf(self[0].lastFailure())));
    assertThat(self[0].open()).isSameAs(CONNECTION);
    assertThat(told)
        .containsExactly("java.sql.SQLException: away", "java.sql.SQLException: not ours");
  }

  @Test
  void closeEndsTheAttempts() throws Exception {
    CountDownLatch tried = new CountDownLatch(3);
    Reconnect reconnect =
        new Reconnect(
            () -> {
              tried.countDown();
              throw new SQLException("away", "08001");
            });
    ExecutorService threads = Executors.newSingleThreadExecutor();
    try {
      var opened = threads.submit(reconnect::open);
      assertThat(tried.await(10, TimeUnit.SECONDS)).isTrue();
      reconnect.close();
      assertThatThrownBy(() -> opened.get(10, TimeUnit.SECONDS))
          .hasRootCauseMessage("away")
          .hasMessageContaining("the pool is closed");
    } finally {
      threads.shutdownNow();
    }
  }
}

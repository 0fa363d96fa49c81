package io.databroker.server.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.netty.shaded.io.netty.buffer.ByteBufAllocator;
import io.grpc.netty.shaded.io.netty.buffer.UnpooledByteBufAllocator;
import io.grpc.netty.shaded.io.netty.util.concurrent.DefaultEventExecutorGroup;
import io.grpc.netty.shaded.io.netty.util.concurrent.ImmediateEventExecutor;
import java.lang.reflect.Proxy;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WatchdogTest {
  private final AtomicLong now = new AtomicLong(1);
  private long shortages;
  private final Connections connections =
      new Connections(
          NetworkLimits.standard(64 << 20, 64 << 20), () -> 0, Long.MAX_VALUE, () -> shortages);
  private final DefaultEventExecutorGroup loops = new DefaultEventExecutorGroup(2);
  private boolean exhausted;
  private final ByteBufAllocator allocator =
      (ByteBufAllocator)
          Proxy.newProxyInstance(
              WatchdogTest.class.getClassLoader(),
              new Class<?>[] {ByteBufAllocator.class},
              (proxy, method, arguments) -> {
                if (exhausted) {
                  throw new OutOfMemoryError("none left");
                }
                return method.invoke(UnpooledByteBufAllocator.DEFAULT, arguments);
              });

  /** Its event loop answers at once, however late the test's thread makes it. */
  private final Watchdog watchdog =
      new Watchdog(ImmediateEventExecutor.INSTANCE, allocator, connections, now::get);

  @AfterEach
  void stop() {
    var unused = loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }

  private void later(long seconds) {
    now.addAndGet(TimeUnit.SECONDS.toNanos(seconds));
  }

  @Test
  void directMemoryThatStaysUsedUpEndsTheProcess() {
    assertThat(watchdog.look()).isNull();
    exhausted = true;
    assertThat(watchdog.look()).as("it heals first").isNull();
    assertThat(watchdog.able()).isFalse();
    later(29);
    assertThat(watchdog.look()).isNull();
    later(1);
    assertThat(watchdog.look()).contains("direct memory");
  }

  @Test
  void aShortageBetweenTwoLooksIsSeenButEndsNothing() {
    for (int i = 0; i < 10; i++) {
      shortages++;
      assertThat(watchdog.look()).isNull();
      assertThat(watchdog.able()).isFalse();
      later(10);
    }
    assertThat(watchdog.look()).isNull();
    assertThat(watchdog.able()).isTrue();
  }

  @Test
  void directMemoryThatComesBackEndsNothing() {
    exhausted = true;
    assertThat(watchdog.look()).isNull();
    exhausted = false;
    later(20);
    assertThat(watchdog.look()).isNull();
    assertThat(watchdog.able()).isTrue();
    exhausted = true;
    later(20);
    assertThat(watchdog.look()).as("counted anew").isNull();
  }

  @Test
  void aStuckEventLoopEndsTheProcess() throws Exception {
    CountDownLatch stuck = new CountDownLatch(1);
    CountDownLatch begun = new CountDownLatch(1);
    loops
        .iterator()
        .next()
        .execute(
            () -> {
              begun.countDown();
              try {
                stuck.await(20, TimeUnit.SECONDS);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
    Watchdog watching = new Watchdog(loops, allocator, connections, now::get);
    assertThat(watching.look()).isNull();
    later(31);
    assertThat(watching.look()).contains("stuck");
    stuck.countDown();
  }
}

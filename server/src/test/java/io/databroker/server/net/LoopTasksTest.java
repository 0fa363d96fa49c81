package io.databroker.server.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.SingleThreadEventLoop;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LoopTasksTest {
  private final MultiThreadIoEventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final SingleThreadEventLoop loop = (SingleThreadEventLoop) group.next();
  private final AtomicLong nanos = new AtomicLong();
  private final LoopTasks tasks = new LoopTasks(loop, nanos::get);
  private final List<String> ran = new CopyOnWriteArrayList<>();
  private final CountDownLatch done = new CountDownLatch(1);

  @AfterEach
  void stop() throws Exception {
    assertThat(group.shutdownGracefully(0, 10, TimeUnit.SECONDS).await(30, TimeUnit.SECONDS))
        .isTrue();
  }

  private void await() throws InterruptedException {
    assertThat(done.await(30, TimeUnit.SECONDS)).as("the last task runs").isTrue();
  }

  @Test
  void tasksRunInOrderOnTheLoop() throws Exception {
    for (int i = 0; i < 100; i++) {
      String name = "task " + i;
      tasks.execute(() -> ran.add(loop.inEventLoop() ? name : "elsewhere"));
    }
    tasks.execute(done::countDown);
    await();
    assertThat(ran).hasSize(100).startsWith("task 0", "task 1").endsWith("task 99");
  }

  @Test
  void afterAMillisecondTheLoopTurnsToItsOtherWork() throws Exception {
    loop.execute(this::addFiveTasksAndOtherWork); // there, so that none runs before all are added
    await();
    assertThat(ran).containsExactly("task 0", "task 1", "task 2", "other work", "task 3", "task 4");
  }

  private void addFiveTasksAndOtherWork() {
    for (int i = 0; i < 5; i++) {
      String name = "task " + i;
      tasks.execute(
          () -> {
            if (ran.isEmpty()) {
              loop.execute(() -> ran.add("other work"));
            }
            nanos.addAndGet(TimeUnit.MICROSECONDS.toNanos(400));
            ran.add(name);
          });
    }
    tasks.execute(done::countDown);
  }

  @Test
  void aTaskThatStartsItselfAgainLeavesTheLoopToItsOtherWork() throws Exception {
    tasks.execute(
        new Runnable() {
          @Override
          public void run() {
            if (ran.isEmpty()) {
              loop.execute(() -> ran.add("other work"));
            }
            nanos.addAndGet(TimeUnit.MICROSECONDS.toNanos(400));
            ran.add("task");
            if (ran.size() < 8) {
              tasks.execute(this);
            } else {
              done.countDown();
            }
          }
        });
    await();
    assertThat(ran)
        .startsWith("task", "task", "task", "other work", "task", "task", "task", "task");
  }

  @Test
  void connectionsTakeTurnsHoweverManyTasksOneOfThemHas() throws Exception {
    Executor greedy = Connection.turnsOn(tasks);
    Executor modest = Connection.turnsOn(tasks);
    loop.execute(
        () -> {
          for (int i = 0; i < 100; i++) {
            greedy.execute(() -> ran.add("greedy"));
          }
          modest.execute(() -> ran.add("modest"));
          greedy.execute(done::countDown);
        });
    await();
    assertThat(ran).hasSize(101);
    assertThat(ran.indexOf("modest")).isEqualTo(1);
  }

  @Test
  void aTaskThatFailsStopsNoOther() throws Exception {
    Logger log = Logger.getLogger(LoopTasks.class.getName());
    List<String> logged = new CopyOnWriteArrayList<>();
    log.setLevel(Level.ALL); // other tests of this JVM change the level of all loggers
    log.setFilter(
        line -> {
          logged.add(line.getThrown().getMessage());
          return false;
        });
    try {
      tasks.execute(
          () -> {
            throw new IllegalStateException("expected");
          });
      tasks.execute(done::countDown);
      await();
    } finally {
      log.setFilter(null);
      log.setLevel(null);
    }
    assertThat(logged).containsExactly("expected");
  }

  @Test
  @SuppressWarnings("deprecation") // ends the loop before its tasks have run
  void aLoopThatIsEndingDropsTasksWithoutAWord() throws Exception {
    Logger log = Logger.getLogger("io.grpc.netty.shaded.io.netty.util.concurrent");
    List<String> logged = new CopyOnWriteArrayList<>();
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord line) {
            logged.add(line.getMessage());
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    log.addHandler(handler);
    log.setUseParentHandlers(false);
    log.setLevel(Level.WARNING); // other tests of this JVM change the level of all loggers
    try {
      loop.execute(
          () -> {
            tasks.execute(() -> ran.add("task"));
            loop.shutdown();
          });
      assertThat(loop.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    } finally {
      log.removeHandler(handler);
      log.setUseParentHandlers(true);
      log.setLevel(null);
    }
    assertThat(ran).isEmpty();
    assertThat(logged).isEmpty();
  }

  @Test
  void aLoopThatHasEndedDropsTasks() throws Exception {
    stop();
    tasks.execute(() -> ran.add("task"));
    tasks.execute(() -> ran.add("task"));
    assertThat(ran).isEmpty();
  }
}

package io.databroker.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.api.Backend;
import io.databroker.api.Bytes;
import io.databroker.api.ChangeFeed;
import io.databroker.api.Position;
import io.databroker.api.Write;
import io.databroker.api.support.ForwardingBackend;
import io.databroker.api.support.ForwardingFeed;
import io.databroker.server.fixture.LockedBackend;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class VersionWaitTest {
  private static final Duration LONG = Duration.ofDays(1);

  private final LockedBackend backend = new LockedBackend();
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private final VersionWait wait = new VersionWait(backend, timer, Runnable::run);
  private final Object client = new Object();
  private final List<String> done = new ArrayList<>();

  @AfterEach
  void close() {
    timer.shutdownNow();
  }

  @Test
  void aVersionJustAboveTheLastIsWaitedFor() {
    put(1);
    until(2, LONG);
    assertThat(done).isEmpty();
    put(1);
    assertThat(done).containsExactly("2");
  }

  @Test
  void aTaskThatHasWaitedRunsInItsTurn() {
    put(1);
    List<Runnable> turns = new ArrayList<>();
    wait.until(client, 2, LONG, () -> done.add("2"), task -> () -> turns.add(task));
    wait.until(client, 1, LONG, () -> done.add("1"), task -> () -> turns.add(task));
    assertThat(done).as("one that did not wait has its turn").containsExactly("1");
    put(1);
    assertThat(done).hasSize(1);
    turns.forEach(Runnable::run);
    assertThat(done).containsExactly("1", "2");
  }

  @Test
  void aVersionFarAboveTheLastIsNot() {
    put(1);
    until(17, LONG);
    assertThat(done).as("the last that is waited for").isEmpty();
    until(18, LONG);
    until(-1, LONG);
    assertThat(done).containsExactly("18", "-1");
  }

  @Test
  void afterOneThatDidNotComeNothingIsWaitedForUntilTheHistoryHasComeAsFar() throws Exception {
    put(1);
    SynchronousQueue<String> late = new SynchronousQueue<>();
    wait.until(client, 5, Duration.ofMillis(1), () -> putQuietly(late), task -> task);
    assertThat(late.poll(30, TimeUnit.SECONDS)).isEqualTo("late");
    until(3, LONG);
    until(5, LONG);
    until(6, LONG);
    assertThat(done).containsExactly("3", "5", "6");
    put(4);
    until(6, LONG);
    assertThat(done).hasSize(3);
    put(1);
    assertThat(done).containsExactly("3", "5", "6", "6");
  }

  @Test
  void aClientThatHintsAtVersionsThatDoNotComeDelaysOnlyItself() throws Exception {
    put(1);
    SynchronousQueue<String> late = new SynchronousQueue<>();
    wait.until(new Object(), 17, Duration.ofMillis(1), () -> putQuietly(late), task -> task);
    assertThat(late.poll(30, TimeUnit.SECONDS)).isEqualTo("late");
    until(2, LONG);
    assertThat(done).isEmpty();
    put(1);
    assertThat(done).containsExactly("2");
  }

  @Test
  void anotherHistoryIsWaitedForAgain() throws Exception {
    put(1);
    SynchronousQueue<String> late = new SynchronousQueue<>();
    wait.until(client, 5, Duration.ofMillis(1), () -> putQuietly(late), task -> task);
    assertThat(late.poll(30, TimeUnit.SECONDS)).isEqualTo("late");
    backend.clear();
    until(2, LONG);
    assertThat(done).isEmpty();
    put(1);
    assertThat(done).containsExactly("2");
  }

  @Test
  void aQueryIsAnsweredThoughItsFeedCannotBeClosed() {
    Logger log = Logger.getLogger(VersionWait.class.getName());
    log.setFilter(line -> false);
    try {
      new VersionWait(new UnclosableFeeds(backend), timer, Runnable::run)
          .until(client, 1, LONG, () -> done.add("1"), task -> task);
      assertThat(done).isEmpty();
      put(1);
      assertThat(done).containsExactly("1");
    } finally {
      log.setFilter(null);
    }
  }

  private static final class UnclosableFeeds extends ForwardingBackend {
    UnclosableFeeds(Backend backend) {
      super(backend);
    }

    @Override
    public ChangeFeed changes(Position from, String type) {
      return new ForwardingFeed(super.changes(from, type)) {
        @Override
        public void close() {
          throw new AssertionError("expected");
        }
      };
    }
  }

  private void until(long version, Duration atMost) {
    wait.until(client, version, atMost, () -> done.add(Long.toString(version)), task -> task);
  }

  private void put(int times) {
    for (int i = 0; i < times; i++) {
      backend.put(List.of(Write.put("a", "1", Bytes.EMPTY)));
    }
  }

  private static void putQuietly(SynchronousQueue<String> queue) {
    try {
      queue.offer("late", 30, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

package io.databroker.server.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Attributes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ConnectionTest {
  private static final long MIB = 1 << 20;

  private final Connections all = new Connections(NetworkLimits.standard(64 * MIB, 64 * MIB));
  private final Connection connection = new Connection(all, null);
  private final Queue<Runnable> later = new ArrayDeque<>();
  private final Lane lane = new Lane(later::add, 64);

  private void runLater() {
    for (Runnable task = later.poll(); task != null; task = later.poll()) {
      task.run();
    }
  }

  @Test
  void aCallWaitsWhileItsClientDoesNotRead() {
    List<String> ran = new ArrayList<>();
    connection.run(lane, () -> ran.add("first"));
    connection.unsent(all.limits().room().unsentPerConnection());
    connection.run(lane, () -> ran.add("second"));
    connection.run(lane, () -> ran.add("third"));
    assertThat(ran).containsExactly("first");
    connection.sent(1);
    runLater();
    assertThat(ran).containsExactly("first", "second", "third");
  }

  @Test
  void aCallThatCannotBeEndedDoesNotStopTheSweep() {
    AtomicInteger ended = new AtomicInteger();
    for (int i = 0; i < 8; i++) {
      boolean fails = i % 2 == 0;
      Connection each = all.transportReady(Attributes.EMPTY).get(Connection.KEY);
      each.open(
          new Idle() {
            @Override
            public long waitingForRequestSince() {
              return System.nanoTime() - TimeUnit.HOURS.toNanos(1);
            }

            @Override
            public void endIncomplete() {
              ended.incrementAndGet();
              if (fails) {
                throw new IllegalStateException("call already closed");
              }
            }
          });
    }
    all.sweep();
    assertThat(ended).hasValue(8);
  }

  @Test
  void aCallOfAnotherConnectionDoesNotWait() {
    connection.unsent(all.limits().room().unsentPerConnection());
    List<String> ran = new ArrayList<>();
    new Connection(all, null).run(lane, () -> ran.add("other"));
    assertThat(ran).containsExactly("other");
  }

  @Test
  void callsOfOneConnectionTakeTurns() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(100);
    Lane turns = new Lane(threads, 64);
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    CountDownLatch goOn = new CountDownLatch(1);
    CountDownLatch done = new CountDownLatch(300);
    for (int i = 0; i < 300; i++) {
      threads.execute(
          () ->
              connection.run(
                  turns,
                  () -> {
                    most.accumulateAndGet(running.incrementAndGet(), Math::max);
                    try {
                      goOn.await(20, TimeUnit.SECONDS);
                    } catch (InterruptedException e) {
                      Thread.currentThread().interrupt();
                    }
                    running.decrementAndGet();
                    done.countDown();
                  }));
    }
    goOn.countDown();
    assertThat(done.await(20, TimeUnit.SECONDS)).as("every call ran").isTrue();
    assertThat(most.get()).isBetween(1, 64);
    threads.shutdown();
  }

  @Test
  void connectionsTakeTurnsHoweverManyCallsOneOfThemBegins() {
    Lane narrow = new Lane(later::add, 2);
    List<String> ran = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      connection.turns(narrow).execute(() -> ran.add("greedy"));
    }
    new Connection(all, null).turns(narrow).execute(() -> ran.add("modest"));
    runLater();
    assertThat(ran).hasSize(101);
    assertThat(ran.indexOf("modest")).isEqualTo(2);
  }

  @Test
  void callsOfOneLaneDoNotTakeTheTurnsOfAnother() {
    List<String> ran = new ArrayList<>();
    Lane narrow = new Lane(later::add, 1);
    connection.run(
        narrow,
        () -> {
          connection.run(narrow, () -> ran.add("second"));
          connection.run(lane, () -> ran.add("other lane"));
          ran.add("first");
        });
    assertThat(ran).containsExactly("other lane", "first");
    runLater();
    assertThat(ran).containsExactly("other lane", "first", "second");
  }

  @Test
  void aConnectionThatIsCutOffHoldsNothingOfTheServer() {
    connection.unsent(5 * MIB);
    connection.received(MIB);
    assertThat(all.unsentBytes()).isEqualTo(5 * MIB);
    connection.cut("a test");
    assertThat(all.unsentBytes()).isZero();
    assertThat(all.receivedBytes()).isZero();
    connection.sent(5 * MIB); // its calls end later
    connection.received(-MIB);
    assertThat(all.unsentBytes()).isZero();
    assertThat(all.receivedBytes()).isZero();
  }

  @Test
  void aLargeAnswerWaitsForRoomAndASmallOneDoesNot() {
    long limit = all.limits().room().unsent();
    assertThat(all.hasRoom(limit + MIB))
        .as("larger than all room, and nothing else there")
        .isTrue();
    connection.unsent(limit);
    assertThat(all.hasRoom(MIB)).isFalse();
    assertThat(all.hasRoom(1_000)).isTrue();
    List<String> ran = new ArrayList<>();
    all.whenRoom(MIB, () -> true, () -> ran.add("now"));
    assertThat(later).isEmpty();
    connection.sent(limit);
    runLater();
    assertThat(ran).containsExactly("now");
  }

  @Test
  void anAnswerThatWaitsInTheHeapKeepsTheNextCallsOfItsConnectionWaiting() {
    List<String> ran = new ArrayList<>();
    connection.inHeap(all.limits().room().unsentPerConnection());
    connection.run(lane, () -> ran.add("next"));
    assertThat(ran).isEmpty();
    connection.inHeap(-1);
    runLater();
    assertThat(ran).containsExactly("next");
  }

  @Test
  void largeAnswersHaveLessRoomWhileTheBuffersAreNearlyUsedUp() {
    AtomicLong buffers = new AtomicLong();
    Connections tight = new Connections(all.limits(), buffers::get, 100, () -> 0);
    long limit = all.limits().room().unsent();
    new Connection(tight, null).unsent(limit / 4);
    assertThat(tight.hasRoom(MIB)).isTrue();
    buffers.set(101);
    tight.sweep();
    assertThat(tight.hasRoom(MIB)).isFalse();
    assertThat(tight.hasRoom(1_000)).isTrue();
    buffers.set(100);
    tight.sweep();
    assertThat(tight.hasRoom(MIB)).isTrue();
  }

  @Test
  void theFirstCallsOfAConnectionNeedNoPlace() {
    NetworkLimits few =
        new NetworkLimits(100, 100, 100, 10, all.limits().times(), all.limits().room());
    Connections full = new Connections(few);
    Connection greedy = new Connection(full, null);
    int opened = 0;
    while (greedy.open(new Idle())) {
      opened++;
    }
    assertThat(opened).isEqualTo(10);
    Connection modest = new Connection(full, null);
    for (int i = 0; i < 8; i++) {
      assertThat(modest.open(new Idle())).isTrue();
    }
    assertThat(modest.open(new Idle())).isFalse();
    assertThat(full.calls()).isEqualTo(18);
  }

  /** Call that does nothing. */
  static class Idle implements OpenCall {
    @Override
    public long waitingForRequestSince() {
      return 0;
    }

    @Override
    public long unreadSince() {
      return 0;
    }

    @Override
    public void endIncomplete() {}

    @Override
    public void endUnread() {}
  }
}

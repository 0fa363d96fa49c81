package io.databroker.inmemory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.databroker.api.BackendContext;
import io.databroker.api.Bytes;
import io.databroker.api.ChangeFeed;
import io.databroker.api.ClosedException;
import io.databroker.api.FieldExtractor;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CloseTest {
  private static final int CLOSERS = 4;

  private final CountDownLatch inside = new CountDownLatch(1);
  private final CountDownLatch gate = new CountDownLatch(1);

  /** Holds the first put until the gate opens. */
  private final FieldExtractor slow =
      new FieldExtractor() {
        @Override
        public String fingerprint() {
          return "slow";
        }

        @Override
        public Map<String, String> extract(String type, Bytes payload, List<String> fields) {
          inside.countDown();
          try {
            gate.await();
          } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
          }
          return Map.of("f", "v");
        }
      };

  private final InMemoryBackend backend =
      new InMemoryBackend(
          BackendContext.standard().withExtractor(slow).withNotifier(Runnable::run));

  @Test
  void everyCloseReturnsOnlyWhenTheBackendIsClosed() throws Exception {
    backend.setOptions("t", TypeOptions.NONE.withIndexedFields("f"));
    CountDownLatch signals = new CountDownLatch(1);
    ChangeFeed feed = backend.changes(backend.versions().end(), "other");
    feed.onReady(signals::countDown);
    CompletableFuture<Long> put =
        CompletableFuture.supplyAsync(
            () ->
                backend.put(List.of(Write.put("t", "id", Bytes.EMPTY))).records().get(0).version());
    assertThat(inside.await(10, TimeUnit.SECONDS)).isTrue();
    List<Thread> closers = new ArrayList<>();
    for (int i = 0; i < CLOSERS; i++) {
      Thread closer = new Thread(backend::close);
      closer.start();
      closers.add(closer);
    }
    for (Thread closer : closers) {
      awaitBlocked(closer);
    }
    assertThat(closers).as("closes that wait for the put").allMatch(Thread::isAlive);
    gate.countDown();
    assertThat(put.get(10, TimeUnit.SECONDS)).as("the put had begun before").isEqualTo(1);
    for (Thread closer : closers) {
      closer.join();
    }
    assertThat(signals.await(10, TimeUnit.SECONDS)).isTrue();
    assertThatThrownBy(backend::listTypes).isInstanceOf(ClosedException.class);
    assertThatThrownBy(feed::poll).isInstanceOf(ClosedException.class);
    backend.close();
  }

  private static void awaitBlocked(Thread thread) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (thread.getState() != Thread.State.WAITING) {
      assertThat(System.nanoTime() - deadline).as("time left for %s", thread).isNegative();
      Thread.onSpinWait();
    }
  }
}

package io.databroker.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.api.Bytes;
import io.databroker.api.PutResult;
import io.databroker.api.Write;
import io.databroker.api.support.WriteBatch;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Puts at each depth of a stack that overflows: some overflow at the worst place. */
class WriteQueueStackTest {
  private static final int ROUNDS = 300;
  private static final int ENDLESS = 1_000_000;
  private static final long STACK = 256 << 10;

  private final WriteBatch batch = WriteBatch.put(List.of(Write.put("t", "1", Bytes.EMPTY)));
  private final WriteQueue queue = new WriteQueue(WriteQueueStackTest::write, System::nanoTime);
  private int overflows;

  private static WriteQueue.Written write(List<WriteBatch> batches, Deadline deadline) {
    PutResult result = new PutResult(1, List.of());
    return new WriteQueue.Written(
        batches.stream().map(batch -> new GroupWrite.Answer(result, null)).toList(), () -> {});
  }

  private PutResult put() {
    return queue.put(batch, Deadline.after(Duration.ofSeconds(10)));
  }

  /** Puts at each depth below those frames; their number decides where the stack overflows. */
  private void deepen(int frames) {
    if (frames <= 0) {
      try {
        put();
      } catch (RuntimeException | StackOverflowError expected) {
        overflows++;
      }
    }
    if (frames > -ENDLESS) {
      deepen(frames - 1);
    }
  }

  private void overflow(int frames) {
    try {
      deepen(frames);
    } catch (StackOverflowError expected) {
      overflows++;
    }
  }

  @Test
  void anOverflowOfTheStackStopsNoOtherPut() throws Exception {
    for (int i = 0; i < ROUNDS; i++) {
      int frames = i;
      Thread deep = new Thread(null, () -> overflow(frames), "deep", STACK);
      deep.setDaemon(true);
      deep.start();
      deep.join(TimeUnit.MINUTES.toMillis(1));
      FutureTask<PutResult> other = new FutureTask<>(this::put);
      Thread thread = new Thread(other, "other");
      thread.setDaemon(true);
      thread.start();
      assertThat(other.get(30, TimeUnit.SECONDS).serverVersion()).as("round %s", i).isEqualTo(1);
    }
    assertThat(overflows).isGreaterThan(ROUNDS);
  }
}

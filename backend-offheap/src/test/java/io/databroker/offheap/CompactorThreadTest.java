package io.databroker.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.Bytes;
import io.databroker.api.Write;
import io.databroker.offheap.journal.Spaces;
import io.databroker.offheap.memory.Space;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The thread that compacts and scrubs goes on after each error. */
class CompactorThreadTest {
  private static final Instant FOR_EVER = Instant.parse("9999-01-01T00:00:00Z");

  /** An unreadable page of a mapped file is an InternalError, which may come at any later call. */
  @Test
  void anErrorEndsThePassButNotTheThread() throws Exception {
    AtomicInteger passes = new AtomicInteger();
    Semaphore tried = new Semaphore(0);
    Spaces spaces =
        new WrappedSpaces(new Spaces.InMemory()) {
          @Override
          public Space createCompacted(long order, long size) throws IOException {
            tried.release();
            if (passes.incrementAndGet() == 1) {
              throw new InternalError("a fault occurred in an unsafe memory access operation");
            }
            return super.createCompacted(order, size);
          }
        };
    OffheapSettings settings = new OffheapSettings(null, Durability.PROCESS, 1_000, 10, 4096);
    try (LogLines log = new LogLines();
        Backend backend = Opening.inSpaces(spaces, settings, BackendContext.standard())) {
      for (int i = 0; i < 100; i++) {
        backend.put(List.of(Write.put("t", "id", Bytes.copyOf(new byte[500]))));
      }
      backend.trim(FOR_EVER);
      assertThat(tried.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
      backend.trim(FOR_EVER);
      assertThat(tried.tryAcquire(30, TimeUnit.SECONDS)).as("a second pass").isTrue();
      assertThat(log.lines()).anyMatch(line -> line.contains("compaction stopped"));
    }
  }
}

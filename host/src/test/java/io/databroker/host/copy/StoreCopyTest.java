package io.databroker.host.copy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.Bytes;
import io.databroker.api.Changes;
import io.databroker.api.Checkpoint;
import io.databroker.api.OutcomeUnknownException;
import io.databroker.api.Position;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.UnavailableException;
import io.databroker.api.Write;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class StoreCopyTest {
  private final AtomicReference<Instant> clock =
      new AtomicReference<>(Instant.parse("2026-11-26T10:00:00Z"));
  private final BackendContext context = BackendContext.standard().withClock(clock::get);
  private final Random random = new Random(5);

  private void write(Backend backend, int batches) {
    for (int i = 0; i < batches; i++) {
      clock.updateAndGet(now -> now.plusMillis(7));
      List<Write> batch = new ArrayList<>();
      for (int j = random.nextInt(4); j >= 0; j--) {
        String type = "t" + random.nextInt(3);
        String id = "" + random.nextInt(400);
        batch.add(
            random.nextInt(5) == 0
                ? Write.delete(type, id)
                : Write.put(type, id, Bytes.utf8("payload " + random.nextInt())));
      }
      backend.put(batch);
    }
  }

  private static StoreCopy copy(CopyEnd from, CopyEnd to) {
    return new StoreCopy(from, to, null, CopyProgress.NONE);
  }

  private static void assertEqual(Stores stores) throws IOException {
    StoreComparison compared = stores.compare();
    assertThat(compared.difference()).isNull();
    assertThat(compared.isEqual()).isTrue();
  }

  @Test
  void aCopyBehavesAsItsOriginal() throws Exception {
    try (Stores stores = new Stores(context)) {
      Backend a = stores.backend(0);
      Backend b = stores.backend(1);
      a.setOptions("t0", TypeOptions.NONE.withCapacity(50));
      a.setOptions("t1", TypeOptions.NONE.withTtl(Duration.ofSeconds(5)));
      write(a, 1_000);
      a.setCheckpoint(new Checkpoint(1, 2));
      StoreCopy.Result result = copy(stores.end(0), stores.end(1)).run(false);
      assertThat(result.position()).isEqualTo(a.versions().end());
      assertEqual(stores);
      assertThat(b.checkpoint()).isEqualTo(new Checkpoint(1, 2));
      clock.updateAndGet(now -> now.plusSeconds(3));
      assertThat(b.expire()).isEqualTo(a.expire()).isPositive();
      for (Backend each : List.of(a, b)) {
        for (int i = 0; i < 20; i++) {
          each.put(List.of(Write.put("t0", "new" + i, Bytes.EMPTY)));
        }
        each.setOptions("t0", TypeOptions.NONE.withCapacity(30));
      }
      assertEqual(stores);
    }
  }

  @Test
  void aCopyFollowsItsOriginalAndIsFinishedByALaterRun() throws Exception {
    try (Stores stores = new Stores(context)) {
      Backend a = stores.backend(0);
      a.setOptions("t0", TypeOptions.NONE.withCapacity(20));
      write(a, 100);
      AtomicBoolean stop = new AtomicBoolean();
      CountDownLatch caughtUp = new CountDownLatch(1);
      AtomicReference<Throwable> failure = new AtomicReference<>();
      StoreCopy follower =
          new StoreCopy(
              stores.end(0),
              stores.end(1),
              null,
              (step, records) -> {
                if (step == CopyProgress.Step.CAUGHT_UP) {
                  caughtUp.countDown();
                }
              });
      Thread thread =
          new Thread(
              () -> {
                try {
                  follower.follow(false, stop::get);
                } catch (Exception e) {
                  failure.set(e);
                }
              });
      thread.start();
      caughtUp.await();
      a.setOptions(
          "t0", TypeOptions.NONE.withCapacity(100)); // a larger limit than the copy assumes
      write(a, 500);
      a.setOptions("t0", TypeOptions.NONE.withCapacity(40));
      stop.set(true);
      thread.join();
      assertThat(failure.get()).isNull();
      write(a, 50);
      StoreCopy.Result result = copy(stores.end(0), stores.end(1)).run(false);
      assertThat(result.records()).as("nothing is copied anew").isZero();
      assertEqual(stores);
      assertThatThrownBy(() -> copy(stores.end(0), stores.end(1)).run(false))
          .as("a finished copy is not touched again")
          .hasMessageContaining("not empty");
    }
  }

  /**
   * Fails after a number of batches, and sometimes applies a batch but reports its outcome as
   * unknown.
   */
  private final class Failing extends Forwarding {
    private int left;

    Failing(CopyEnd end, int batches) {
      super(end);
      this.left = batches;
    }

    @Override
    public void restore(List<StoredRecord> batch) {
      if (left-- == 0) {
        if (random.nextBoolean()) {
          super.restore(batch);
          if (UnfinishedMark.isMark(batch.get(0)) && batch.get(0).deleted()) {
            return; // the copy is finished, and there is nothing left to continue
          }
        }
        throw new IllegalStateException("killed");
      }
      super.restore(batch);
    }

    @Override
    public int batchRecords() {
      return 10;
    }
  }

  @Test
  void anInterruptedCopyGoesOnWithOrWithoutHistory() throws Exception {
    int resumed = 0;
    for (int round = 0; round < 30; round++) {
      try (Stores stores = new Stores(context)) {
        Backend a = stores.backend(0);
        a.setOptions("t1", TypeOptions.NONE.withCapacity(60));
        write(a, 200);
        int kills = 0;
        for (boolean done = false; !done; ) {
          StoreCopy copy =
              new StoreCopy(
                  stores.end(0),
                  new Failing(stores.end(1), random.nextInt(40)),
                  null,
                  CopyProgress.NONE,
                  0);
          try {
            copy.run(false);
            done = true;
          } catch (IllegalStateException e) {
            kills++;
            write(a, random.nextInt(30));
            if (random.nextBoolean()) {
              a.trim(clock.get().plusSeconds(1));
            }
          }
        }
        resumed += kills;
        assertEqual(stores);
      }
    }
    assertThat(resumed).as("interruptions").isGreaterThan(30);
  }

  @Test
  void anEngineThatIsAwayIsWaitedFor() throws Exception {
    try (Stores stores = new Stores(context)) {
      write(stores.backend(0), 300);
      AtomicInteger calls = new AtomicInteger();
      CopyEnd away =
          new Forwarding(stores.end(1)) {
            @Override
            public void restore(List<StoredRecord> batch) {
              int call = calls.incrementAndGet();
              if (call == 1) {
                throw new UnavailableException("away", new IOException());
              }
              super.restore(batch);
              if (call == 2) {
                throw new OutcomeUnknownException("lost", new IOException());
              }
            }
          };
      copy(stores.end(0), away).run(false);
      assertThat(calls.get()).isGreaterThan(2);
      assertEqual(stores);
    }
  }

  @Test
  void aSourceThatRefusesItsFeedIsNotAskedWithoutPause() throws Exception {
    try (Stores stores = new Stores(context)) {
      AtomicInteger opened = new AtomicInteger();
      CopyEnd refusing =
          new Forwarding(stores.end(0)) {
            @Override
            public Feed changes(Position from) {
              Feed feed = super.changes(from);
              boolean refused = opened.incrementAndGet() <= 4;
              return new Feed() {
                @Override
                public Changes next(Duration patience) throws InterruptedException {
                  if (refused) {
                    throw new UnavailableException("too many watchers", new IOException());
                  }
                  return feed.next(patience);
                }

                @Override
                public void close() {
                  feed.close();
                }
              };
            }
          };
      long begun = System.nanoTime();
      copy(refusing, stores.end(1)).follow(false, () -> opened.get() > 4);
      // Four pauses: at least 25, 50, 100 and 200 ms.
      assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThan(Duration.ofMillis(370));
    }
  }
}

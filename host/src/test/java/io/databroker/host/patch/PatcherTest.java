package io.databroker.host.patch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.databroker.api.Bytes;
import io.databroker.api.Condition;
import io.databroker.api.ConditionFailedException;
import io.databroker.api.FieldExtractor;
import io.databroker.api.InvalidArgumentException;
import io.databroker.api.LimitExceededException;
import io.databroker.api.PutResult;
import io.databroker.api.StoredRecord;
import io.databroker.api.UnavailableException;
import io.databroker.api.Write;
import io.databroker.host.query.HookedBackend;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PatcherTest {
  private final HookedBackend backend = new HookedBackend(FieldExtractor.NONE);
  private final Patcher patcher = new Patcher(backend.hooked);

  @AfterEach
  void close() {
    backend.close();
  }

  private void put(String id, String payload) {
    var unused = backend.bare.put(List.of(Write.put("t", id, Bytes.utf8(payload))));
  }

  private String text(String id) {
    return backend.bare.get("t", id).payload().toUtf8();
  }

  /** Adds a letter. */
  private static Patch add(String id, String letter) {
    return new Patch("t", id, old -> Bytes.utf8(old.toUtf8() + letter));
  }

  private void beforePut(Runnable action, int times) {
    AtomicInteger left = new AtomicInteger(times);
    backend.hook =
        method -> {
          if (method.equals("put") && left.getAndDecrement() > 0) {
            action.run();
          }
        };
  }

  @Test
  void whatOthersWroteMeanwhileIsNotLost() {
    put("1", "a");
    beforePut(() -> put("1", text("1") + "x"), 5);
    PutResult result = patcher.patch(List.of(add("1", "b")));
    assertThat(text("1")).isEqualTo("axxxxxb");
    assertThat(result.records()).extracting(StoredRecord::version).containsExactly(7L);
  }

  @Test
  void whoAlwaysComesTooLateIsToldAtLast() {
    put("1", "a");
    beforePut(() -> put("1", text("1")), Integer.MAX_VALUE);
    assertThatThrownBy(() -> patcher.patch(List.of(add("1", "b"))))
        .isInstanceOf(ConditionFailedException.class)
        .hasMessageContaining("expects version 100 of (\"t\", \"1\") but found version 101");
    assertThat(text("1")).isEqualTo("a");
    // Its turn was released.
    backend.hook = method -> {};
    assertThat(patcher.patch(List.of(add("1", "c"))).records()).hasSize(1);
  }

  @Test
  void allRecordsAreOfOneInstant() {
    put("1", "a");
    beforePut(() -> put("2", "new"), 1);
    PutResult result = patcher.patch(List.of(add("2", "b"), add("1", "b"), add("3", "b")));
    // Record 2 was written before the batch, so the batch includes it.
    assertThat(result.records()).extracting(StoredRecord::id).containsExactly("2", "1");
    assertThat(text("2")).isEqualTo("newb");
    put("4", "a");
    var unused = backend.bare.put(List.of(Write.delete("t", "2")));
    result = patcher.patch(List.of(add("2", "b"), add("4", "b"), add("2", "c"), add("4", "c")));
    assertThat(result.records())
        .extracting(record -> record.id() + " " + record.payload().toUtf8())
        .containsExactly("4 ab", "4 abc");
  }

  @Test
  void theSameRecordTwiceSeesWhatBecameOfIt() {
    put("1", "a");
    Patch delete = new Patch("t", "1", old -> null);
    PutResult result = patcher.patch(List.of(add("1", "b"), add("1", "c"), delete, add("1", "d")));
    assertThat(result.records())
        .extracting(record -> record.version() + record.payload().toUtf8() + record.deleted())
        .containsExactly("2abfalse", "3abcfalse", "4abctrue");
    assertThat(backend.bare.get("t", "1")).isNull();
  }

  @Test
  void whatAChangeThrowsEndsTheCallAndNothingIsApplied() {
    put("1", "a");
    put("2", "a");
    IllegalStateException refused = new IllegalStateException("refused");
    Patch refusing =
        new Patch(
            "t",
            "2",
            old -> {
              throw refused;
            });
    assertThatThrownBy(() -> patcher.patch(List.of(add("1", "b"), refusing))).isSameAs(refused);
    assertThat(backend.bare.versions().latest()).isEqualTo(2);
    assertThat(patcher.patch(List.of(add("2", "b"))).records()).hasSize(1);
  }

  @Test
  void nothingToDoIsAnsweredWithTheHistory() {
    long history = backend.bare.versions().serverVersion();
    assertThat(patcher.patch(List.of())).isEqualTo(new PutResult(history, List.of()));
    assertThat(patcher.patch(List.of(add("1", "b")))).isEqualTo(new PutResult(history, List.of()));
  }

  @Test
  void aKeyThatCannotBeStoredIsRefusedAtTheIndexOfItsPatch() {
    put("1", "a");
    for (String id : List.of("", "\0", "\ud800")) {
      assertThatThrownBy(() -> patcher.patch(List.of(add(id, "b"))))
          .isInstanceOfSatisfying(
              InvalidArgumentException.class,
              e -> assertThat(e.argument()).isEqualTo("batch[0].id"));
      assertThatThrownBy(() -> patcher.patch(List.of(add("1", "b"), add("2", "b"), add(id, "b"))))
          .isInstanceOfSatisfying(
              InvalidArgumentException.class,
              e -> assertThat(e.argument()).isEqualTo("batch[2].id"));
    }
    assertThatThrownBy(() -> patcher.patch(List.of(add("1", "b"), add("x".repeat(10_000), "b"))))
        .isInstanceOfSatisfying(
            LimitExceededException.class, e -> assertThat(e.argument()).isEqualTo("batch[1].id"));
    assertThat(text("1")).isEqualTo("a");
    assertThat(backend.bare.versions().latest()).isEqualTo(1);
  }

  @Test
  void manyWhoPatchTheSameRecordsAndOneWhoDoesNotAskLoseNothing() throws Exception {
    int each = 1_000;
    int threads = 8;
    put("1", "0");
    put("2", "0");
    // Queues its patches so fast that their order proves that they take turns.
    Patcher contended = new Patcher(backend.bare);
    AtomicInteger conflicts = new AtomicInteger();
    ExecutorService executor = Executors.newFixedThreadPool(threads + 1);
    try {
      List<Future<?>> done = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        List<Patch> both =
            i % 2 == 0 ? List.of(count("1"), count("2")) : List.of(count("2"), count("1"));
        done.add(
            executor.submit(
                () -> {
                  for (int n = 0; n < each; n++) {
                    assertThat(contended.patch(both).records()).hasSize(2);
                  }
                }));
      }
      done.add(
          executor.submit(
              () -> {
                for (int n = 0; n < each; n++) {
                  while (!increment("1")) {
                    conflicts.incrementAndGet();
                  }
                }
              }));
      for (Future<?> future : done) {
        future.get(60, TimeUnit.SECONDS);
      }
    } finally {
      executor.shutdownNow();
    }
    System.out.println("conflicts of the patcher that does not take turns: " + conflicts);
    assertThat(text("1")).isEqualTo(Integer.toString(each * (threads + 1)));
    assertThat(text("2")).isEqualTo(Integer.toString(each * threads));
  }

  private static Patch count(String id) {
    return new Patch(
        "t", id, old -> Bytes.utf8(Integer.toString(Integer.parseInt(old.toUtf8()) + 1)));
  }

  private boolean increment(String id) {
    StoredRecord old = backend.bare.get("t", id);
    Bytes next = count(id).change().apply(old.payload());
    try {
      var unused =
          backend.bare.put(
              List.of(Write.put("t", id, next).when(Condition.version(old.version()))));
      return true;
    } catch (ConditionFailedException e) {
      return false;
    }
  }

  @Test
  void anInterruptEndsTheWaitForATurn() throws Exception {
    put("1", "a");
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch leave = new CountDownLatch(1);
    Patch slow =
        new Patch(
            "t",
            "1",
            old -> {
              inside.countDown();
              try {
                leave.await();
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
              return old;
            });
    Thread first = new Thread(() -> patcher.patch(List.of(slow)));
    first.start();
    inside.await();
    AtomicReference<Throwable> failure = new AtomicReference<>();
    AtomicReference<Boolean> flag = new AtomicReference<>();
    Thread second =
        new Thread(
            () -> {
              Thread.currentThread().interrupt();
              failure.set(catchThrowable(() -> patcher.patch(List.of(add("1", "b")))));
              flag.set(Thread.currentThread().isInterrupted());
            });
    second.start();
    second.join();
    leave.countDown();
    first.join();
    assertThat(failure.get())
        .isInstanceOf(UnavailableException.class)
        .hasMessageContaining("interrupted while waiting for earlier patches of the same records");
    assertThat(flag.get()).isTrue();
    assertThat(text("1")).isEqualTo("a");
  }
}

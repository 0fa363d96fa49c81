package io.databroker.host.retry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.databroker.api.Backend;
import io.databroker.api.Bytes;
import io.databroker.api.ClosedException;
import io.databroker.api.FieldExtractor;
import io.databroker.api.InvalidArgumentException;
import io.databroker.api.OutcomeUnknownException;
import io.databroker.api.StoredRecord;
import io.databroker.api.UnavailableException;
import io.databroker.api.Write;
import io.databroker.host.query.HookedBackend;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RetryingBackendTest {
  private static final List<Write> BATCH = List.of(Write.put("t", "1", Bytes.utf8("x")));

  private final HookedBackend store = new HookedBackend(FieldExtractor.NONE);
  private final AtomicLong nanos = new AtomicLong();
  private final List<Duration> pauses = new ArrayList<>();
  private int failures;

  @AfterEach
  void close() {
    store.close();
  }

  private Backend retrying(Backoff backoff) {
    return new RetryingBackend(
        store.hooked,
        backoff,
        nanos::get,
        pause -> {
          pauses.add(pause);
          nanos.addAndGet(pause.toNanos());
          return false;
        });
  }

  private void failing(int times) {
    failures = times;
    store.hook =
        method -> {
          if (failures-- > 0) {
            throw new UnavailableException("the engine is away", null);
          }
        };
  }

  @Test
  void aCallIsRepeatedUntilTheEngineIsBack() {
    Backend backend = retrying(Backoff.standard());
    failing(4);
    backend.put(BATCH);
    assertThat(store.bare.versions().latest()).as("applied once").isEqualTo(1);
    assertThat(pauses).hasSize(4);
    failing(1);
    assertThat(backend.get("t", "1")).isNotNull();
    failing(1);
    assertThat(backend.get("t", "2")).isNull();
    failing(1);
    backend.setOptions("t", io.databroker.api.TypeOptions.NONE);
    assertThat(pauses).hasSize(7);
  }

  @Test
  void aRepetitionWritesTheBatchAsItWasAtTheCall() {
    Backend backend = retrying(Backoff.standard());
    List<Write> batch = new ArrayList<>(BATCH);
    failing(1);
    Consumer<String> fail = store.hook;
    store.hook =
        method -> {
          batch.set(0, Write.put("t", "changed", Bytes.EMPTY));
          fail.accept(method);
        };
    backend.put(batch);
    assertThat(store.bare.get("t", "1")).isNotNull();
    assertThat(store.bare.get("t", "changed")).isNull();
    StoredRecord record = store.bare.get("t", "1");
    List<StoredRecord> restored = new ArrayList<>(List.of(record));
    failing(1);
    Consumer<String> failAgain = store.hook;
    store.hook =
        method -> {
          restored.clear();
          failAgain.accept(method);
        };
    assertThat(backend.restore(restored).records()).hasSize(1);
    assertThatExceptionOfType(InvalidArgumentException.class).isThrownBy(() -> backend.put(null));
  }

  @Test
  void itGivesUpInTime() {
    Backend backend = retrying(Backoff.standard().giveUpAfter(Duration.ofSeconds(5)));
    failing(Integer.MAX_VALUE);
    assertThatExceptionOfType(UnavailableException.class).isThrownBy(() -> backend.put(BATCH));
    assertThat(Duration.ofNanos(nanos.get()))
        .isBetween(Duration.ofSeconds(3), Duration.ofSeconds(5));
  }

  @Test
  void otherErrorsReachTheCallerAtOnce() {
    Backend backend = retrying(Backoff.standard());
    store.hook =
        method -> {
          throw new OutcomeUnknownException("the answer was lost", null);
        };
    assertThatExceptionOfType(OutcomeUnknownException.class).isThrownBy(() -> backend.put(BATCH));
    assertThat(store.calls).containsExactly("put");
    assertThat(pauses).isEmpty();
  }

  @Test
  void closeEndsTheWaitOfACall() throws Exception {
    CountDownLatch tried = new CountDownLatch(1);
    Backend backend =
        RetryingBackend.over(
            store.hooked,
            new Backoff(Duration.ofHours(1), Duration.ofHours(1), Duration.ofDays(1)));
    store.hook =
        method -> {
          if (method.equals("listTypes") && tried.getCount() > 0) {
            tried.countDown();
            throw new UnavailableException("the engine is away", null);
          }
        };
    List<Throwable> thrown = new ArrayList<>();
    Thread caller =
        new Thread(
            () -> {
              try {
                backend.listTypes();
              } catch (RuntimeException e) {
                thrown.add(e);
              }
            });
    caller.start();
    assertThat(tried.await(30, TimeUnit.SECONDS)).isTrue();
    backend.close();
    caller.join(30_000);
    assertThat(thrown).hasSize(1).first().isInstanceOf(ClosedException.class);
  }

  @Test
  void anInterruptEndsTheWaitOfACall() {
    Backend backend =
        RetryingBackend.over(
            store.hooked,
            new Backoff(Duration.ofHours(1), Duration.ofHours(1), Duration.ofDays(1)));
    failing(1);
    Thread.currentThread().interrupt();
    assertThatThrownBy(backend::versions).isInstanceOf(UnavailableException.class);
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void pausesDoubleUpToTheLongestAndDiffer() {
    Backoff backoff = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(1), Duration.ZERO);
    Random random = new Random(1);
    for (int failed = 1; failed < 100; failed++) {
      Duration longest = Duration.ofMillis(Math.min(1_000, 100L << Math.min(failed - 1, 10)));
      assertThat(backoff.pause(failed, random)).isBetween(longest.dividedBy(2), longest);
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Backoff(Duration.ZERO, Duration.ofSeconds(1), Duration.ZERO))
        .withMessageContaining("first is PT0S; give more than 0");
  }
}

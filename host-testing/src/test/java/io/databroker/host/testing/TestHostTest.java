package io.databroker.host.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.inject.Guice;
import io.databroker.api.Backend;
import io.databroker.api.BackendState;
import io.databroker.api.Bytes;
import io.databroker.api.ChangeFeed;
import io.databroker.api.Condition;
import io.databroker.api.ConditionFailedException;
import io.databroker.api.HistoryTrimmedException;
import io.databroker.api.OutcomeUnknownException;
import io.databroker.api.StorageFullException;
import io.databroker.api.TypeOptions;
import io.databroker.api.UnavailableException;
import io.databroker.api.Write;
import io.databroker.host.Codec;
import io.databroker.host.TypedRecord;
import io.databroker.host.TypedRecords;
import io.databroker.host.cache.TypedCache;
import io.databroker.host.retry.Backoff;
import io.databroker.host.retry.RetryingBackend;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TestHostTest {
  private final TestHost host = TestHost.open();
  private final Backend backend = host.backend();

  @AfterEach
  void close() {
    host.close();
  }

  private static List<Write> write(String id) {
    return List.of(Write.put("t", id, Bytes.utf8("x")));
  }

  @Test
  void itIsAnOrdinaryHost() {
    assertThat(Guice.createInjector(host.module()).getInstance(Backend.class)).isSameAs(backend);
    backend.put(write("1"));
    assertThat(backend.get("t", "1")).isNotNull();
    assertThat(backend.listTypes()).containsExactly("t");
    assertThat(host.broker().opened().provider().name()).isEqualTo("testing");
  }

  @Test
  void turnedTimeExpiresRecordsTrimsHistoryAndEndsLeases() {
    backend.setOptions("t", TypeOptions.NONE.withTtl(Duration.ofMinutes(90)));
    backend.put(write("1"));
    ChangeFeed behind = backend.changes(backend.versions().begin(), null);
    assertThat(backend.acquireLease("job", Duration.ofMinutes(10))).isNotNull();
    host.passTime(Duration.ofMinutes(9));
    assertThat(backend.acquireLease("job", Duration.ofMinutes(10))).isNull();
    host.passTime(Duration.ofMinutes(1));
    assertThat(backend.acquireLease("job", Duration.ofMinutes(10))).isNotNull();
    assertThat(backend.get("t", "1")).isNotNull();
    host.passTime(Duration.ofMinutes(81));
    assertThat(backend.get("t", "1")).isNull();
    assertThatExceptionOfType(HistoryTrimmedException.class).isThrownBy(behind::poll);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> host.clock().advance(Duration.ofSeconds(-1)));
  }

  @Test
  void timePassesWhileTheEngineIsAway() {
    backend.setOptions("t", TypeOptions.NONE.withTtl(Duration.ofMinutes(90)));
    backend.put(write("1"));
    host.faults().takeAway();
    host.passTime(Duration.ofHours(2));
    host.faults().heal();
    assertThat(backend.get("t", "1")).as("nothing expires while the engine is away").isNotNull();
    host.passTime(Duration.ofSeconds(1));
    assertThat(backend.get("t", "1")).isNull();
    host.faults().failNext(Call.EXPIRE, () -> new StorageFullException("the disk is full", null));
    host.passTime(Duration.ofHours(2));
    assertThat(backend.versions().earliest()).as("the trim after it").isEqualTo(3);
  }

  @Test
  void chosenCallsFailWithoutEffect() {
    host.faults().failNext(Call.PUT, () -> new StorageFullException("the disk is full", null));
    assertThatExceptionOfType(StorageFullException.class).isThrownBy(() -> backend.put(write("1")));
    assertThat(backend.listTypes()).isEmpty();
    backend.put(write("1"));
    assertThat(host.faults().calls(Call.PUT)).isEqualTo(2);
  }

  @Test
  void aLostAnswerLeavesTheWrite() {
    Write once = Write.put("t", "1", Bytes.utf8("x")).when(Condition.ABSENT);
    host.faults().loseNextAnswer(Call.PUT);
    assertThatExceptionOfType(OutcomeUnknownException.class)
        .isThrownBy(() -> backend.put(List.of(once)));
    assertThatExceptionOfType(ConditionFailedException.class)
        .isThrownBy(() -> backend.put(List.of(once)));
  }

  @Test
  void anEngineThatIsAwayFailsEveryCallUntilItIsBack() {
    ChangeFeed feed = backend.changes(backend.versions().end(), null);
    backend.put(write("1"));
    host.faults().takeAway();
    assertThatExceptionOfType(UnavailableException.class).isThrownBy(backend::listTypes);
    assertThat(feed.poll()).isNull();
    assertThat(backend.state().mode()).isEqualTo(BackendState.Mode.UNAVAILABLE);
    host.faults().heal();
    assertThat(backend.listTypes()).containsExactly("t");
    assertThat(feed.poll()).as("no change is lost").isNotNull();
    assertThat(backend.state()).isEqualTo(BackendState.SERVING);
  }

  @Test
  void aSignalWaitsUntilTheEngineIsBack() throws InterruptedException {
    ChangeFeed feed = backend.changes(backend.versions().end(), null);
    ChangeFeed other = backend.changes(backend.versions().end(), null);
    backend.put(write("1"));
    host.faults().takeAway();
    CountDownLatch signal = new CountDownLatch(1);
    CountDownLatch closing = new CountDownLatch(1);
    feed.onReady(signal::countDown);
    other.onReady(closing::countDown);
    other.close();
    assertThat(closing.await(30, TimeUnit.SECONDS)).as("a close runs its signal").isTrue();
    assertThat(signal.getCount()).as("a poll would return null").isEqualTo(1);
    host.faults().heal();
    assertThat(signal.await(30, TimeUnit.SECONDS)).isTrue();
    assertThat(feed.poll()).as("no change is lost").isNotNull();
  }

  @Test
  void retriesAndCachesCanBeTested() throws InterruptedException {
    Backend retrying = RetryingBackend.over(backend, Backoff.standard());
    host.faults().failNext(Call.PUT, () -> new UnavailableException("away for once", null));
    TypedRecords<String> texts =
        new TypedRecords<>(retrying, "t", Codec.of(Bytes::utf8, Bytes::toUtf8));
    long version = texts.put("1", "x").version();
    try (TypedCache<String> cache = TypedCache.open(texts)) {
      assertThat(cache.await(version, Duration.ofSeconds(30))).isTrue();
      assertThat(cache.get("1")).extracting(TypedRecord::value).isEqualTo("x");
    }
    assertThat(host.faults().calls(Call.PUT)).isEqualTo(2);
  }

  @Test
  void everyCallOfABackendCanFail() {
    Set<String> exempt = Set.of("counters", "state", "close");
    Set<Call> known =
        Arrays.stream(Backend.class.getMethods())
            .map(Method::getName)
            .filter(name -> !exempt.contains(name))
            .map(
                name -> {
                  Call call = Call.of(name);
                  assertThat(call).as(name).isNotNull();
                  return call;
                })
            .collect(Collectors.toSet());
    known.add(Call.POLL);
    assertThat(known).containsExactlyInAnyOrder(Call.values());
  }
}

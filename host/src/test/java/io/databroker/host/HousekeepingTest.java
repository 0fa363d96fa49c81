package io.databroker.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.api.BackendContext;
import io.databroker.api.Bytes;
import io.databroker.api.TypeOptions;
import io.databroker.api.UnavailableException;
import io.databroker.api.Versions;
import io.databroker.api.Write;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HousekeepingTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration HOUR = Duration.ofHours(1);

  private final HandTime time = new HandTime();
  private final Intercepted store = Intercepted.open(BackendContext.standard().withClock(time));

  @AfterEach
  void close() {
    store.real.close();
  }

  private Housekeeping started(Duration history) {
    Housekeeping housekeeping =
        new Housekeeping(store.backend, false, time, MINUTE, history, time, Runnable::run);
    housekeeping.start();
    return housekeeping;
  }

  private Housekeeping sharing(Intercepted handle, Duration every) {
    Housekeeping housekeeping =
        new Housekeeping(handle.backend, true, time, every, HOUR, time, Runnable::run);
    housekeeping.start();
    return housekeeping;
  }

  private long changesHeld() {
    Versions versions = store.real.versions();
    return versions.latest() - versions.earliest() + 1;
  }

  private void put(String id) {
    store.real.put(List.of(Write.put("car", id, Bytes.utf8("blue"))));
  }

  @Test
  void theStoreStaysBoundedUnderEndlessRewriting() {
    started(HOUR);
    long most = 0;
    int writes = 20_000; // one every second, over five hours
    for (int i = 0; i < writes; i++) {
      put("car " + i % 10);
      time.pass(Duration.ofSeconds(1));
      most = Math.max(most, changesHeld());
    }
    assertThat(most).as("an hour and a minute of changes").isBetween(3_600L, 3_660L);
    assertThat(store.real.versions().latest()).isEqualTo(writes);
    for (int i = 0; i < 10; i++) {
      assertThat(store.real.get("car", "car " + i)).isNotNull();
    }
  }

  @Test
  void recordsExpireWithinARunOfTheirTime() {
    started(HOUR);
    store.real.setOptions("car", TypeOptions.NONE.withTtl(Duration.ofSeconds(90)));
    put("1");
    time.pass(MINUTE);
    assertThat(store.real.get("car", "1")).isNotNull();
    time.pass(MINUTE);
    assertThat(store.real.get("car", "1")).isNull();
  }

  @Test
  void aRunThatFailsIsLoggedAndTheNextOneComes() {
    try (Logged logged = Logged.by(Housekeeping.class)) {
      started(Duration.ofSeconds(30));
      store.real.setOptions("car", TypeOptions.NONE.withTtl(Duration.ofSeconds(30)));
      put("1");
      store.failing("expire", new UnavailableException("away", null));
      time.pass(MINUTE);
      assertThat(logged.warnings()).hasSize(1);
      assertThat(store.real.get("car", "1")).isNotNull();
      assertThat(changesHeld()).as("trimmed all the same").isZero();
      store.failing("expire", new LinkageError("a broken plugin"));
      store.failing("trim", new IllegalStateException("worse"));
      time.pass(MINUTE);
      assertThat(logged.warnings()).hasSize(3);
      store.working("expire");
      store.working("trim");
      time.pass(MINUTE);
      assertThat(store.real.get("car", "1")).isNull();
      assertThat(logged.warnings()).hasSize(3);
    }
  }

  @Test
  void aHistoryLongerThanTimeIsNeverTrimmed() {
    try (Logged logged = Logged.by(Housekeeping.class)) {
      started(Duration.ofSeconds(Long.MAX_VALUE));
      put("1");
      time.pass(Duration.ofDays(3));
      assertThat(changesHeld()).isEqualTo(1);
      assertThat(store.calls("trim")).isZero();
      assertThat(logged.warnings()).isEmpty();
    }
  }

  @Test
  void endsWhenItIsClosedOrItsBackendIs() {
    Housekeeping housekeeping = started(HOUR);
    time.pass(MINUTE);
    assertThat(store.calls("expire")).isEqualTo(1);
    housekeeping.close();
    time.pass(HOUR);
    assertThat(store.calls("expire")).isEqualTo(1);
    assertThat(time.waiting()).isZero();

    started(HOUR);
    store.real.close();
    try (Logged logged = Logged.by(Housekeeping.class)) {
      time.pass(HOUR);
      assertThat(store.calls("expire")).isEqualTo(2);
      assertThat(logged.warnings()).isEmpty();
    }
  }

  @Test
  void hostsOfASharedStoreTakeTurnsAndOneThatEndsIsReplaced() {
    Intercepted other = Intercepted.over(store.real);
    Housekeeping first = sharing(store, MINUTE);
    time.pass(Duration.ofSeconds(30));
    sharing(other, MINUTE);
    time.pass(Duration.ofMinutes(10));
    assertThat(store.calls("expire")).isEqualTo(10);
    assertThat(store.calls("trim")).isEqualTo(10);
    assertThat(other.calls("acquireLease")).isEqualTo(10);
    assertThat(other.calls("expire")).isZero();
    assertThat(other.calls("trim")).isZero();

    first.close();
    time.pass(Duration.ofMinutes(2));
    assertThat(store.calls("expire")).isEqualTo(10);
    assertThat(other.calls("expire")).as("once the lease of the first is over").isEqualTo(2);
  }

  @Test
  void aHostWithALongIntervalHoldsUpTheOthersForAMinuteAtMost() {
    Intercepted rare = Intercepted.over(store.real);
    sharing(rare, HOUR);
    time.pass(HOUR.minusSeconds(30));
    sharing(store, MINUTE);
    time.pass(Duration.ofSeconds(30));
    assertThat(rare.calls("expire")).isEqualTo(1);
    time.pass(Duration.ofSeconds(30));
    assertThat(store.calls("expire")).as("while the other holds the lease").isZero();
    time.pass(MINUTE);
    assertThat(store.calls("expire")).isEqualTo(1);
  }

  @Test
  void aLeaseThatCannotBeAskedForIsLoggedAndTheNextRunComes() {
    try (Logged logged = Logged.by(Housekeeping.class)) {
      sharing(store, MINUTE);
      store.failing("acquireLease", new UnavailableException("away", null));
      time.pass(MINUTE);
      assertThat(logged.warnings()).hasSize(1);
      assertThat(store.calls("expire")).isZero();
      store.working("acquireLease");
      time.pass(MINUTE);
      assertThat(store.calls("expire")).isEqualTo(1);
    }
  }

  @Test
  void aStoreOfOneHostNeedsNoLease() {
    started(HOUR);
    time.pass(MINUTE);
    assertThat(store.calls("expire")).isEqualTo(1);
    assertThat(store.calls("acquireLease")).isZero();
  }

  @Test
  void anIntervalOfANanosecondStillGetsALease() {
    sharing(store, Duration.ofNanos(1));
    time.pass(Duration.ofNanos(3));
    assertThat(store.calls("acquireLease")).isEqualTo(3);
    assertThat(store.calls("expire")).isPositive();
  }
}

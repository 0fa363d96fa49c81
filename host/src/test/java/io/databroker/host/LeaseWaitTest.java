package io.databroker.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.databroker.api.BackendContext;
import io.databroker.api.InvalidArgumentException;
import io.databroker.api.Lease;
import io.databroker.api.OutcomeUnknownException;
import io.databroker.api.UnavailableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Waiting for a lease that another holds, and several hosts that compete for one. */
class LeaseWaitTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  /** A lease is renewed after four seconds, retried every second, and lost after nine. */
  private static final Duration DURATION = Duration.ofSeconds(12);

  private final RuntimeException away = new UnavailableException("away", null);
  private final HandTime time = new HandTime();
  private final Intercepted store = Intercepted.open(BackendContext.standard().withClock(time));
  private final LeaseKeeper keeper = keeper();

  private LeaseKeeper keeper() {
    return new LeaseKeeper(store.backend, time, time, Runnable::run, Runnable::run);
  }

  private boolean isFree() {
    Lease lease = store.real.acquireLease("leader", SECOND);
    return lease != null && store.real.releaseLease("leader", lease.token());
  }

  @AfterEach
  void close() {
    store.real.close();
  }

  @Test
  void waitsUntilItIsFreeAlsoWhileTheBackendIsAway() {
    Lease other = store.real.acquireLease("leader", Duration.ofHours(1));
    CompletableFuture<KeptLease> waiter = keeper.acquire("leader", DURATION);
    time.pass(Duration.ofMinutes(1));
    assertThat(waiter).isNotDone();
    store.failing("acquireLease", away);
    store.real.releaseLease("leader", other.token());
    time.pass(Duration.ofMinutes(1));
    assertThat(waiter).isNotDone();
    store.working("acquireLease");
    time.pass(SECOND);
    assertThat(waiter).isCompletedWithValueMatching(KeptLease::isHeld);
    time.pass(Duration.ofHours(1));
    assertThat(waiter.join().isHeld()).isTrue();
  }

  @Test
  void aWaitThatIsCancelledEndsAndHoldsNothing() {
    Lease other = store.real.acquireLease("leader", Duration.ofHours(1));
    CompletableFuture<KeptLease> waiter = keeper.acquire("leader", DURATION);
    waiter.cancel(false);
    store.real.releaseLease("leader", other.token());
    time.pass(Duration.ofMinutes(1));
    assertThat(isFree()).isTrue();
    assertThat(time.waiting()).isZero();
  }

  @Test
  void aWaitThatIsCancelledWhileItsLeaseIsTakenGivesItBack() {
    List<Runnable> calls = new ArrayList<>();
    LeaseKeeper later = new LeaseKeeper(store.backend, time, time, calls::add, Runnable::run);
    CompletableFuture<KeptLease> waiter = later.acquire("leader", DURATION);
    store.before(
        "acquireLease",
        call -> {
          waiter.cancel(false);
          return call.call();
        });
    calls.get(0).run();
    assertThat(store.calls("acquireLease")).isEqualTo(1);
    assertThat(isFree()).isTrue();
    assertThat(time.waiting()).isZero();
  }

  @Test
  void aWaitThatCanNeverSucceedSaysSo() {
    assertThat(keeper.acquire("", DURATION))
        .failsWithin(Duration.ZERO)
        .withThrowableOfType(ExecutionException.class)
        .withCauseInstanceOf(InvalidArgumentException.class);
    assertThatThrownBy(() -> keeper.tryAcquire("leader", Duration.ZERO))
        .isInstanceOf(InvalidArgumentException.class);
  }

  /**
   * A keeper that reports a lease as held really holds it, whatever fails and however long calls
   * take.
   */
  @Test
  void twoNeverHoldItAtOnceWhateverFails() {
    try (Logged logged = Logged.by(LeaseKeeper.class)) {
      contend();
      assertThat(logged.warnings()).hasSizeGreaterThan(1_000);
    }
  }

  private void contend() {
    Random random = new Random(20261122);
    for (String method : List.of("acquireLease", "renewLease", "releaseLease")) {
      store.before(
          method,
          call -> {
            time.leap(Duration.ofMillis(random.nextInt(10) == 0 ? random.nextInt(15_000) : 20));
            switch (random.nextInt(6)) {
              case 0, 1 -> throw away;
              case 2 -> {
                call.call();
                throw new OutcomeUnknownException("no answer", null);
              }
              default -> {
                Object answer = call.call();
                time.leap(Duration.ofMillis(random.nextInt(50)));
                return answer;
              }
            }
          });
    }
    List<LeaseKeeper> keepers = List.of(keeper(), keeper(), keeper());
    List<CompletableFuture<KeptLease>> waits = new ArrayList<>();
    keepers.forEach(it -> waits.add(it.acquire("leader", DURATION)));
    int handovers = 0;
    int held = 0;
    long lastToken = 0;
    for (int i = 0; i < 40_000; i++) {
      time.pass(Duration.ofMillis(200));
      int holders = 0;
      for (int k = 0; k < keepers.size(); k++) {
        if (waits.get(k).isDone()) {
          KeptLease lease = waits.get(k).join();
          if (lease.isHeld()) {
            holders++;
            if (lease.token() != lastToken) {
              assertThat(lease.token()).isGreaterThan(lastToken);
              lastToken = lease.token();
              handovers++;
            }
            if (random.nextInt(20) == 0) {
              time.leap(DURATION.dividedBy(4).minusNanos(1));
              assertThat(isFree()).as("a quarter is left").isFalse();
            }
            if (random.nextInt(50) == 0) {
              lease.close();
            }
          } else {
            waits.set(k, keepers.get(k).acquire("leader", DURATION));
          }
        }
      }
      assertThat(holders).isLessThanOrEqualTo(1);
      held += holders;
    }
    System.out.println("leases: " + handovers + " handovers, held in " + held + " of 40000 looks");
    assertThat(handovers).isGreaterThan(100);
    assertThat(held).isGreaterThan(1_000);
  }
}

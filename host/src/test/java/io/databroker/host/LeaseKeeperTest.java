package io.databroker.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.databroker.api.BackendContext;
import io.databroker.api.ClosedException;
import io.databroker.api.Lease;
import io.databroker.api.OutcomeUnknownException;
import io.databroker.api.UnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LeaseKeeperTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  /** A lease is renewed after four seconds, retried every second, and lost after nine. */
  private static final Duration DURATION = Duration.ofSeconds(12);

  private final RuntimeException away = new UnavailableException("away", null);
  private final HandTime time = new HandTime();
  private final Intercepted store = Intercepted.open(BackendContext.standard().withClock(time));
  private final LeaseKeeper keeper = keeper();
  private final List<Instant> told = new ArrayList<>();

  private LeaseKeeper keeper() {
    return new LeaseKeeper(store.backend, time, time, Runnable::run, Runnable::run);
  }

  private KeptLease take() {
    KeptLease lease = keeper.tryAcquire("leader", DURATION).orElseThrow();
    lease.onLost(() -> told.add(time.instant()));
    return lease;
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
  void isRenewedForAsLongAsItIsKept() {
    KeptLease lease = take();
    for (int i = 0; i < 3600; i++) {
      time.pass(SECOND);
      assertThat(isFree()).isFalse();
    }
    assertThat(lease.isHeld()).isTrue();
    assertThat(store.calls("renewLease")).isEqualTo(900);
    assertThat(keeper.tryAcquire("leader", DURATION)).isEmpty();
    assertThat(told).isEmpty();
  }

  @Test
  void closingReleasesAtOnceAndEndsTheRenewals() {
    KeptLease lease = take();
    time.pass(SECOND);
    lease.close();
    lease.close();
    assertThat(lease.isHeld()).isFalse();
    assertThat(isFree()).isTrue();
    assertThat(time.waiting()).isZero();
    assertThat(store.calls("releaseLease")).isEqualTo(1);
    assertThat(told).isEmpty();
    KeptLease next = take();
    assertThat(next.token()).isGreaterThan(lease.token());
  }

  /** A call waits for the whole call timeout while the engine is away: once is enough. */
  @Test
  void closingTheKeeperWaitsForAnEngineThatIsAwayOnlyOnce() {
    for (int i = 0; i < 100; i++) {
      keeper.tryAcquire("lease" + i, DURATION).orElseThrow().onLost(() -> told.add(Instant.EPOCH));
    }
    store.failing("releaseLease", away);
    keeper.close();
    assertThat(told).hasSize(100);
    assertThat(store.calls("releaseLease")).isEqualTo(1);
    assertThat(time.waiting()).isZero();
  }

  @Test
  void aLeaseThatCameTooLateToBeKeptIsReleasedAndTriedAgain() {
    store.before(
        "acquireLease",
        call -> {
          Object granted = call.call();
          time.leap(Duration.ofSeconds(10));
          return granted;
        });
    assertThat(keeper.tryAcquire("leader", DURATION)).isEmpty();
    store.working("acquireLease");
    assertThat(isFree()).isTrue();

    store.before(
        "acquireLease",
        call -> {
          Object granted = call.call();
          time.leap(Duration.ofSeconds(10));
          store.working("acquireLease");
          return granted;
        });
    CompletableFuture<KeptLease> waiting = keeper.acquire("leader", DURATION);
    time.pass(SECOND);
    assertThat(waiting).isCompletedWithValueMatching(KeptLease::isHeld);
  }

  @Test
  void isLostWhileAQuarterIsLeftIfItCannotBeRenewed() {
    KeptLease lease = take();
    time.pass(Duration.ofSeconds(4));
    assertThat(store.calls("renewLease")).isEqualTo(1);
    Instant lastSuccess = time.instant();
    store.failing("renewLease", away);
    time.pass(Duration.ofSeconds(9).minusNanos(1));
    assertThat(lease.isHeld()).isTrue();
    time.pass(Duration.ofNanos(1));
    assertThat(lease.isHeld()).isFalse();
    assertThat(told).containsExactly(lastSuccess.plusSeconds(9));
    assertThat(store.calls("renewLease"))
        .as("tried every second from the fourth")
        .isBetween(6L, 7L);
    time.pass(Duration.ofSeconds(3).minusNanos(1));
    assertThat(isFree()).isFalse();
    time.pass(Duration.ofNanos(1));
    assertThat(isFree()).isTrue();
    store.working("renewLease");
    time.pass(DURATION);
    assertThat(lease.isHeld()).as("once lost, lost for ever").isFalse();
    assertThat(told).hasSize(1);
    assertThat(time.waiting()).isZero();
  }

  @Test
  void survivesABackendThatComesBackInTime() {
    KeptLease lease = take();
    store.failing("renewLease", away);
    time.pass(Duration.ofMillis(7_500));
    store.working("renewLease");
    time.pass(Duration.ofHours(1));
    assertThat(lease.isHeld()).isTrue();
    assertThat(told).isEmpty();
  }

  @Test
  void aRenewalOfUnknownOutcomeCountsForNothing() {
    KeptLease lease = take();
    store.before(
        "renewLease",
        call -> {
          call.call();
          throw new OutcomeUnknownException("no answer", null);
        });
    Instant taken = time.instant();
    time.pass(DURATION);
    assertThat(lease.isHeld()).isFalse();
    assertThat(told).containsExactly(taken.plusSeconds(9));
  }

  @Test
  void isLostWhenItHasEndedInTheBackend() {
    KeptLease lease = take();
    Instant taken = time.instant();
    store.real.releaseLease("leader", lease.token());
    time.pass(DURATION);
    assertThat(told).containsExactly(taken.plusSeconds(4));
    assertThat(lease.isHeld()).isFalse();
  }

  @Test
  void aRenewalThatComesTooLateIsReleasedForTheNext() {
    KeptLease lease = take();
    store.before(
        "renewLease",
        call -> {
          Object renewed = call.call();
          time.leap(Duration.ofSeconds(6)); // the answer took long
          return renewed;
        });
    time.pass(Duration.ofSeconds(4));
    assertThat(lease.isHeld()).isFalse();
    assertThat(told).hasSize(1);
    assertThat(isFree()).isTrue();
  }

  @Test
  void theTimeOfACallCountsAgainstTheLease() {
    store.before(
        "acquireLease",
        call -> {
          Object lease = call.call();
          time.leap(Duration.ofSeconds(5));
          return lease;
        });
    Instant asked = time.instant();
    store.failing("renewLease", away);
    take();
    time.pass(DURATION);
    assertThat(told).containsExactly(asked.plusSeconds(9));
  }

  @Test
  void closingDuringARenewalLeavesNothingHeld() {
    for (boolean afterwards : new boolean[] {false, true}) {
      KeptLease lease = take();
      store.before(
          "renewLease",
          call -> {
            if (!afterwards) {
              lease.close();
              return call.call();
            }
            Object renewed = call.call();
            lease.close();
            return renewed;
          });
      time.pass(Duration.ofSeconds(4));
      assertThat(isFree()).isTrue();
      assertThat(time.waiting()).isZero();
      assertThat(told).isEmpty();
    }
  }

  @Test
  void aReleaseThatFailsWhileARenewalIsUnderWayIsMadeUpFor() {
    KeptLease lease = take();
    store.before(
        "renewLease",
        call -> {
          store.failing("releaseLease", away);
          lease.close();
          store.working("releaseLease");
          return call.call();
        });
    time.pass(Duration.ofSeconds(4));
    assertThat(isFree()).isTrue();
  }

  @Test
  void aProcessThatStoodStillFindsItLost() {
    KeptLease lease = take();
    time.leap(Duration.ofSeconds(9));
    assertThat(lease.isHeld()).isFalse();
    assertThat(told).containsExactly(time.instant());
  }

  @Test
  void isWatchedAlsoAfterTheClockWasSetBack() {
    KeptLease lease = take();
    time.leap(
        Duration.ofHours(
            -1)); // the backend's clock is set back too, so the holding lasts an hour longer
    KeptLease other = keeper.tryAcquire("other", DURATION).orElseThrow();
    time.pass(Duration.ofHours(1).plusSeconds(4));
    assertThat(lease.isHeld()).isTrue();
    assertThat(other.isHeld()).isTrue();
    Instant lastSuccess = time.instant();
    store.failing("renewLease", away);
    time.pass(DURATION);
    assertThat(told)
        .singleElement()
        .satisfies(it -> assertThat(it).isBetween(lastSuccess, lastSuccess.plusSeconds(9)));
  }

  @Test
  void aClosedBackendLosesIt() {
    KeptLease lease = take();
    store.real.close();
    time.pass(Duration.ofSeconds(4));
    assertThat(lease.isHeld()).isFalse();
    assertThat(told).hasSize(1);
  }

  @Test
  void whoAsksLateIsToldAtOnceAndOneThatFailsHindersNoOther() {
    try (Logged logged = Logged.by(LeaseKeeper.class)) {
      KeptLease lease = keeper.tryAcquire("leader", DURATION).orElseThrow();
      lease.onLost(
          () -> {
            throw new IllegalStateException("clumsy holder");
          });
      lease.onLost(() -> told.add(time.instant()));
      time.leap(DURATION);
      assertThat(lease.isHeld()).isFalse();
      lease.onLost(() -> told.add(time.instant()));
      assertThat(told).hasSize(2);
      assertThat(logged.warnings())
          .satisfiesExactly(
              it -> assertThat(it).contains("leader"), it -> assertThat(it).contains("failed"));
    }
  }

  @Test
  void closingTheKeeperTellsTheHolderAndThenReleases() {
    List<Boolean> freeWhenTold = new ArrayList<>();
    KeptLease lease = take();
    lease.onLost(() -> freeWhenTold.add(isFree()));
    CompletableFuture<KeptLease> waiter = keeper.acquire("leader", DURATION);
    keeper.close();
    keeper.close();
    assertThat(lease.isHeld()).isFalse();
    assertThat(freeWhenTold).containsExactly(false);
    assertThat(isFree()).isTrue();
    assertThat(waiter).isCompletedExceptionally();
    assertThatThrownBy(() -> keeper.tryAcquire("leader", DURATION))
        .isInstanceOf(ClosedException.class);
    assertThatThrownBy(() -> keeper.acquire("leader", DURATION))
        .isInstanceOf(ClosedException.class);
    time.pass(DURATION);
    assertThat(isFree()).isTrue();
    assertThat(time.waiting()).isZero();
  }

  @Test
  void aLeaseThatIsTakenWhileTheKeeperClosesIsGivenBack() {
    store.before(
        "acquireLease",
        call -> {
          keeper.close();
          return call.call();
        });
    KeptLease lease = keeper.tryAcquire("leader", DURATION).orElseThrow();
    assertThat(lease.isHeld()).isFalse();
    store.working("acquireLease");
    assertThat(isFree()).isTrue();
  }
}

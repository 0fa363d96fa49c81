package io.databroker.api.support;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.api.Lease;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class LeaseTableTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final Duration SPAN = Duration.ofSeconds(10);

  private final LeaseTable leases = new LeaseTable();

  private Lease acquire(String name, Instant now) {
    return leases.acquire(name, SPAN, now);
  }

  @Test
  void aNameHasOneHoldingUntilItsEnd() {
    Lease first = acquire("n", NOW);
    assertThat(first).isEqualTo(new Lease("n", 1, NOW.plus(SPAN)));
    assertThat(acquire("n", first.expiresAt().minusNanos(1))).isNull();
    assertThat(acquire("n", first.expiresAt()).token()).isEqualTo(2);
  }

  @Test
  void onlyTheTokenThatHoldsTheNameRenewsIt() {
    Lease first = acquire("n", NOW);
    assertThat(leases.renewal("n", 2, SPAN, NOW)).isNull();
    Lease renewed = leases.renewal("n", first.token(), SPAN, NOW.plusSeconds(5));
    leases.put(renewed);
    assertThat(leases.find("n", NOW.plusSeconds(14))).isEqualTo(renewed);
    assertThat(leases.holds("n", first.token(), NOW.plusSeconds(14))).isTrue();
    assertThat(leases.renewal("n", first.token(), SPAN, NOW.plusSeconds(15))).isNull();
    assertThat(leases.holds("n", first.token(), NOW.plusSeconds(15))).isFalse();
  }

  @Test
  void onlyTheTokenThatHoldsTheNameReleasesIt() {
    Lease first = acquire("n", NOW);
    assertThat(leases.release("n", 2, NOW)).isFalse();
    assertThat(leases.release("n", first.token(), first.expiresAt())).isFalse();
    assertThat(leases.renew("n", first.token(), SPAN, NOW))
        .isNull(); // the holding was over before this step back
    Lease second = acquire("n", NOW);
    assertThat(leases.release("n", second.token(), NOW)).isTrue();
    assertThat(leases.find("n", NOW)).isNull();
  }

  /** A holding that was over stays over, no matter when the table was swept. */
  @Test
  void aHoldingThatWasOverStaysOverWhenTheClockStepsBack() {
    for (int names = 1; names <= 5; names++) {
      LeaseTable table = new LeaseTable();
      for (int i = 0; i < names; i++) {
        table.acquire("n" + i, SPAN, NOW);
      }
      table.acquire("long", SPAN.multipliedBy(10), NOW);
      assertThat(table.find("other", NOW.plus(SPAN)))
          .isNull(); // any call shows the table that time
      for (int i = 0; i < names; i++) {
        assertThat(table.find("n" + i, NOW)).as("n%s of %s", i, names).isNull();
        assertThat(table.acquire("n" + i, SPAN, NOW)).isNotNull();
      }
      assertThat(table.find("long", NOW)).isNotNull();
    }
  }

  @Test
  void aHoldingGrantedAfterAStepBackLastsUntilItsOwnEnd() {
    acquire("a", NOW.plusSeconds(3_600));
    Lease late = acquire("b", NOW);
    assertThat(leases.find("b", NOW.plus(SPAN).minusNanos(1))).isEqualTo(late);
    assertThat(leases.find("b", NOW.plus(SPAN))).isNull();
    assertThat(leases.find("a", NOW.plus(SPAN))).isNotNull();
  }

  @Test
  void aReleaseFreesTheNameAndTokensGoOn() {
    Lease first = acquire("n", NOW);
    leases.remove("n");
    assertThat(acquire("n", NOW).token()).isGreaterThan(first.token());
  }

  @Test
  void endedLeasesLeaveNothingBehind() {
    for (int i = 0; i < 1_000; i++) {
      acquire("n" + i, NOW);
    }
    assertThat(leases.heapBytes()).isGreaterThan(1_000L * 100);
    leases.sweep(NOW.plus(SPAN).minusNanos(1));
    assertThat(leases.all()).hasSize(1_000);
    leases.sweep(NOW.plus(SPAN));
    assertThat(leases.all()).isEmpty();
    assertThat(leases.heapBytes()).isZero();
  }

  @Test
  void grantsAloneKeepEndedLeasesFromPilingUp() {
    for (int i = 0; i < 10_000; i++) {
      acquire("n" + i, NOW.plus(SPAN.multipliedBy(i)));
    }
    assertThat(leases.all()).hasSizeLessThan(5);
  }

  @Test
  void restoredLeasesLastAndTokensAreGreater() {
    leases.restore(List.of(new Lease("n", 5, NOW.plus(SPAN))), 9);
    assertThat(acquire("n", NOW)).isNull();
    assertThat(acquire("m", NOW).token()).isEqualTo(10);
    leases.raiseLastToken(20);
    leases.raiseLastToken(15);
    assertThat(acquire("o", NOW).token()).isEqualTo(21);
  }
}

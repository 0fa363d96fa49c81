package io.databroker.tck.chapters;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.databroker.api.Backend;
import io.databroker.api.Capability;
import io.databroker.api.Lease;
import io.databroker.api.Versions;
import io.databroker.tck.contract.Needs;
import io.databroker.tck.contract.Rule;
import io.databroker.tck.engine.Haste;
import io.databroker.tck.engine.TestClock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.Test;

/**
 * Leases.
 *
 * <p><b>Thread-safety:</b> none; JUnit uses each instance on one thread.
 */
abstract class LeaseRules extends Chapter {
  private static final Duration LONG = Duration.ofHours(1);

  LeaseRules() {}

  /** Waits until a lease of the given duration has ended, and the declared margin has passed. */
  private void outlast(Duration duration) {
    pass(duration);
    pass(bench.limits().leaseMargin());
  }

  @Test
  @Rule("LEASE-1")
  void oneHoldingOfANameLasts() {
    acquired("a", LONG);
    assertNull(backend().acquireLease("a", LONG));
    assertNull(backend().acquireLease("a", Duration.ofMillis(1)));
    acquired("b", LONG);
    assertNull(backend().acquireLease("a", LONG));
    acquired("aa", LONG);
  }

  @Test
  @Rule("LEASE-2")
  void eachNewHoldingHasAGreaterToken() {
    long last = 0;
    for (int i = 0; i < 5; i++) {
      for (String name : new String[] {"b", "a"}) {
        Lease lease = acquired(name, i % 2 == 0 ? span() : LONG);
        assertTrue(lease.token() > last, "greater than every earlier token of any name");
        last = lease.token();
        if (i % 2 == 1) {
          assertTrue(backend().releaseLease(name, last));
        }
      }
      if (i % 2 == 0) {
        outlast(span());
      }
      if (i == 2) {
        backend().clear();
      }
    }
  }

  @Test
  @Rule({"LEASE-2", "LEASE-8"})
  @Needs(Capability.DURABLE)
  void tokensGoOnRisingAcrossAReopen() {
    Lease released = acquired("a", LONG);
    backend().releaseLease("a", released.token());
    reopen();
    Lease next = acquired("b", LONG);
    assertTrue(next.token() > released.token());
    backend().clear();
    reopen();
    assertTrue(acquired("a", LONG).token() > next.token());
  }

  @Test
  @Rule("LEASE-3")
  void renewingKeepsTheTokenAndMovesTheEnd() {
    Haste first = bench.haste(span().multipliedBy(2));
    Lease lease = acquired("a", span().multipliedBy(2));
    pass(span());
    Haste second = bench.haste(span().multipliedBy(3));
    Lease renewed = backend().renewLease("a", lease.token(), span().multipliedBy(3));
    first.check();
    assertNotNull(renewed);
    assertEquals(lease.token(), renewed.token());
    assertTrue(renewed.expiresAt().isAfter(lease.expiresAt()));
    pass(span().multipliedBy(2));
    Lease early = backend().acquireLease("a", LONG);
    second.check();
    assertNull(early, "it lasts until its new end");
    outlast(span().multipliedBy(2));
    assertTrue(acquired("a", LONG).token() > lease.token());
  }

  @Test
  @Rule("LEASE-3")
  @Needs(Capability.TURNABLE_CLOCK)
  void theEndIsNowPlusTheDuration() {
    Instant start = TestClock.START.truncatedTo(ChronoUnit.MICROS);
    bench.clock.set(start);
    Lease lease = acquired("a", Duration.ofSeconds(10));
    assertEquals(start.plusSeconds(10), lease.expiresAt());
    pass(Duration.ofSeconds(4));
    Lease renewed = backend().renewLease("a", lease.token(), Duration.ofSeconds(3));
    assertEquals(new Lease("a", lease.token(), start.plusSeconds(7)), renewed, "sooner, too");
    pass(Duration.ofSeconds(3));
    assertNull(backend().renewLease("a", lease.token(), LONG));
  }

  @Test
  @Rule("LEASE-4")
  void afterItsEndAHoldingCanNoLongerBeRenewedOrReleased() {
    Lease lease = acquired("a", span());
    outlast(span());
    assertNull(backend().renewLease("a", lease.token(), LONG));
    assertFalse(backend().releaseLease("a", lease.token()));
    Lease next = acquired("a", LONG);
    assertNull(backend().renewLease("a", lease.token(), LONG));
    assertFalse(backend().releaseLease("a", lease.token()));
    assertNotNull(backend().renewLease("a", next.token(), LONG));
  }

  @Test
  @Rule("LEASE-4")
  @Needs(Capability.TURNABLE_CLOCK)
  void atTheInstantOfItsEndItHasEnded() {
    Lease lease = acquired("a", Duration.ofSeconds(10));
    bench.clock.set(lease.expiresAt().minusNanos(1000));
    assertNotNull(backend().renewLease("a", lease.token(), Duration.ofNanos(1000)));
    bench.clock.set(lease.expiresAt());
    assertNull(backend().renewLease("a", lease.token(), LONG));
    assertFalse(backend().releaseLease("a", lease.token()));
  }

  @Test
  @Rule("LEASE-5")
  void anothersTokenChangesNothing() {
    Lease old = acquired("a", LONG);
    backend().releaseLease("a", old.token());
    Lease lease = acquired("a", LONG);
    Lease other = acquired("b", LONG);
    for (long token : new long[] {old.token(), other.token(), 0, -1, lease.token() + 1000}) {
      assertNull(backend().renewLease("a", token, Duration.ofMillis(1)));
      assertFalse(backend().releaseLease("a", token));
    }
    assertNull(backend().acquireLease("a", LONG));
    assertNull(backend().renewLease("never", lease.token(), LONG));
    assertFalse(backend().releaseLease("never", lease.token()));
    assertNotNull(backend().renewLease("a", lease.token(), LONG));
    assertTrue(backend().releaseLease("b", other.token()));
  }

  @Test
  @Rule("LEASE-6")
  void aReleaseByTheHolderFreesAtOnce() {
    Lease lease = acquired("a", LONG);
    assertTrue(backend().releaseLease("a", lease.token()));
    assertFalse(backend().releaseLease("a", lease.token()), "it is held no more");
    acquired("a", LONG);
  }

  @Test
  @Rule("LEASE-7")
  void aLeaseIsGrantedAgainWithinTheMarginAndNeverEarly() {
    Haste lasting = bench.haste(span());
    Lease lease = acquired("a", span());
    Lease early = backend().acquireLease("a", span());
    lasting.check();
    assertNull(early);
    if (has(Capability.TURNABLE_CLOCK)) {
      bench.clock.set(lease.expiresAt().minusNanos(1000));
      assertNull(backend().acquireLease("a", span()), "a microsecond before the end");
      bench.clock.set(lease.expiresAt());
      pass(bench.limits().leaseMargin());
    } else {
      outlast(span());
    }
    acquired("a", LONG);
  }

  @Test
  @Rule("LEASE-8")
  void leasesSurviveClear() {
    Lease lease = acquired("a", LONG);
    backend().clear();
    assertNull(backend().acquireLease("a", LONG));
    Lease renewed = backend().renewLease("a", lease.token(), LONG);
    assertNotNull(renewed);
    assertTrue(backend().releaseLease("a", lease.token()));
  }

  @Test
  @Rule("LEASE-8")
  @Needs(Capability.DURABLE)
  void leasesSurviveAReopen() {
    Lease lease = acquired("a", LONG);
    Lease brief = acquired("b", span());
    reopen();
    assertNull(backend().acquireLease("a", LONG));
    assertNotNull(backend().renewLease("a", lease.token(), LONG));
    outlast(span());
    reopen();
    assertNull(backend().renewLease("b", brief.token(), LONG));
    acquired("b", LONG);
  }

  @Test
  @Rule("LEASE-1")
  @Needs(Capability.SHARED)
  void handlesOfOneStoreShareItsLeases() {
    Lease lease = acquired("a", LONG);
    Backend other = secondHandle();
    assertNull(other.acquireLease("a", LONG));
    assertTrue(other.releaseLease("a", lease.token()));
    acquired("a", LONG);
  }

  @Test
  @Rule("LEASE-9")
  void leasesTakeNoVersionAndAppearInNoFeed() {
    put("t", "1");
    Versions before = backend().versions();
    Lease lease = acquired("t", LONG);
    backend().renewLease("t", lease.token(), LONG);
    backend().releaseLease("t", lease.token());
    assertEquals(before, backend().versions());
    assertEquals(1, changes(before.begin()).size());
    assertEquals(java.util.List.of("t"), backend().listTypes());
  }
}

package io.databroker.tck.scripts;

import static io.databroker.tck.scripts.Names.java;

import io.databroker.api.Lease;
import io.databroker.tck.text.Texts;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The steps that acquire, renew and release leases. */
final class Leases {
  private final Session session;
  private final Reference reference;
  private Instant latest = Instant.MIN;

  Leases(Session session) {
    this.session = session;
    this.reference = session.reference;
  }

  /** Notes the time before a step: each call of the backend may remove leases that are over. */
  void beforeStep() {
    latest();
  }

  /** Runs a step, if it is of a lease; leases need a clock that the test sets. */
  boolean run(Step step) {
    if (step instanceof Step.Acquire acquire) {
      if (session.turnable) {
        acquire(acquire.name(), acquire.duration());
      }
      return true;
    } else if (step instanceof Step.Renew renew) {
      if (session.turnable) {
        renew(renew.name(), token(renew.name(), renew.stale()), renew.duration());
      }
      return true;
    } else if (step instanceof Step.Release release) {
      if (session.turnable) {
        release(release.name(), token(release.name(), release.stale()));
      }
      return true;
    }
    return false;
  }

  /**
   * Returns the last token of a name, or a stale one: the token before it, or the token of another
   * name.
   */
  private long token(String name, boolean stale) {
    long last = reference.lastTokens.getOrDefault(name, 1L);
    return stale ? reference.staleTokens.getOrDefault(name, last - 1) : last;
  }

  private static String javaOf(Duration duration) {
    return "Duration.ofNanos(" + duration.toNanos() + "L)";
  }

  /** Returns whether a holding has lasted without a break until now. */
  private boolean surelyLasts(@Nullable Lease held) {
    return held != null && latest().isBefore(held.expiresAt());
  }

  /** Returns whether a holding has ended. */
  private boolean surelyEnded(@Nullable Lease held) {
    return held == null || !session.bench.now().isBefore(held.expiresAt());
  }

  /**
   * The latest time so far: holdings that had ended by then may stay ended when the clock steps
   * back.
   */
  private Instant latest() {
    Instant now = session.bench.now();
    latest = now.isAfter(latest) ? now : latest;
    return latest;
  }

  private void acquire(String name, Duration duration) {
    session.note("backend.acquireLease(" + java(name) + ", " + javaOf(duration) + ");");
    @Nullable Lease held = reference.leases.get(name);
    Instant now = session.bench.now();
    @Nullable Lease lease = session.find(() -> session.backend().acquireLease(name, duration));
    if (lease == null) {
      boolean mayBeHeld =
          held != null && now.isBefore(held.expiresAt().plus(session.bench.limits().leaseMargin()));
      if (!mayBeHeld) {
        throw new Mismatch(
            held == null ? "LEASE-1" : "LEASE-7",
            "acquireLease(" + java(name) + ") at " + now + ": refused, but it is free");
      }
      return;
    }
    if (surelyLasts(held)) {
      throw new Mismatch(
          List.of("LEASE-1", "LEASE-7"),
          "acquireLease(" + java(name) + ") at " + now + ": granted while " + held + " lasts");
    }
    if (lease.token() <= reference.lastToken) {
      throw new Mismatch(
          "LEASE-2",
          Texts.format(
              "acquireLease(%s): expected a token above %d, but was %d",
              java(name), reference.lastToken, lease.token()));
    }
    judge("LEASE-4", lease, name, now.plus(duration));
    reference.lastToken = lease.token();
    Long former = reference.lastTokens.put(name, lease.token());
    if (former != null) {
      reference.staleTokens.put(name, former);
    }
    reference.leases.put(name, lease);
  }

  private static void judge(String rule, Lease lease, String name, Instant end) {
    Duration off = Duration.between(lease.expiresAt(), end).abs();
    if (!lease.name().equals(name) || off.compareTo(Duration.of(1, ChronoUnit.MICROS)) >= 0) {
      throw new Mismatch(
          rule,
          "the lease of " + java(name) + ": expected to end at " + end + ", but was " + lease);
    }
  }

  /** Checks the success of a renewal or release by the given token. */
  private void judge(String call, String name, long token, boolean succeeded) {
    @Nullable Lease held = reference.leases.get(name);
    boolean mine = held != null && held.token() == token;
    boolean wrong = succeeded ? !mine || surelyEnded(held) : mine && surelyLasts(held);
    if (wrong) {
      String refused = call.equals("renewLease") ? "LEASE-3" : "LEASE-6";
      throw new Mismatch(
          !succeeded ? refused : mine ? "LEASE-4" : "LEASE-5",
          Texts.format(
              "%s(%s, %d) at %s, where the lease is %s: must not %s",
              call, java(name), token, session.bench.now(), held, succeeded ? "succeed" : "fail"));
    }
  }

  /** Checks that a rejected call has not changed the holding of another token (LEASE-5). */
  private void stillHeld(String call, String name, long token, boolean succeeded) {
    @Nullable Lease held = reference.leases.get(name);
    if (succeeded || held == null || held.token() == token || !surelyLasts(held)) {
      return;
    }
    session.note(
        "backend.acquireLease(" + java(name) + ", Duration.ofSeconds(1)); // must be refused");
    if (session.backend().acquireLease(name, Duration.ofSeconds(1)) != null) {
      throw new Mismatch(
          "LEASE-5",
          call + "(" + java(name) + ", " + token + ") was refused, but has ended " + held);
    }
  }

  private void renew(String name, long token, Duration duration) {
    session.note(
        "backend.renewLease(" + java(name) + ", " + token + "L, " + javaOf(duration) + ");");
    Instant now = session.bench.now();
    @Nullable Lease lease = session.find(() -> session.backend().renewLease(name, token, duration));
    judge("renewLease", name, token, lease != null);
    stillHeld("renewLease", name, token, lease != null);
    if (lease != null) {
      if (lease.token() != token) {
        throw new Mismatch("LEASE-3", "renewLease changed the token " + token + ": " + lease);
      }
      judge("LEASE-3", lease, name, now.plus(duration));
      reference.leases.put(name, lease);
    }
  }

  private void release(String name, long token) {
    session.note("backend.releaseLease(" + java(name) + ", " + token + "L);");
    boolean released = session.call(() -> session.backend().releaseLease(name, token));
    judge("releaseLease", name, token, released);
    stillHeld("releaseLease", name, token, released);
    if (released) {
      reference.leases.remove(name);
    }
  }
}

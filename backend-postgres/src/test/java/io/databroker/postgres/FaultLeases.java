package io.databroker.postgres;

import io.databroker.api.Backend;
import io.databroker.api.Checkpoint;
import io.databroker.api.DatabrokerException;
import io.databroker.api.Lease;
import io.databroker.api.OutcomeUnknownException;
import io.databroker.api.UnavailableException;
import io.databroker.tck.history.LeaseCall;
import io.databroker.tck.history.LeaseCall.Kind;
import io.databroker.tck.history.LeaseCheck;
import io.databroker.tck.history.Recorder;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Clients that contend for leases, increment the checkpoint, expire and trim, while other clients
 * write records.
 */
final class FaultLeases {
  private static final Duration LASTING = Duration.ofMillis(700);

  private final Recorder recorder;
  private final String round;
  private final AtomicInteger generation = new AtomicInteger();

  /** Names of leases for which the outcome of a call is unknown. */
  private final Set<String> unsure = ConcurrentHashMap.newKeySet();

  private final List<LeaseCall> calls = new ArrayList<>();
  private final AtomicLong tried = new AtomicLong();
  private long acknowledged;

  FaultLeases(Recorder recorder, String round) {
    this.recorder = recorder;
    this.round = round;
  }

  /** Acquires, renews and releases until the fault is over. */
  void contend(Backend host, SplittableRandom random, CountDownLatch over) {
    long token = 0;
    String held = "";
    while (over.getCount() > 0) {
      String name = "lease-" + round + "-" + generation.get();
      if (!name.equals(held)) {
        held = name;
        token = 0;
      }
      Kind kind =
          token == 0 || random.nextInt(6) == 0
              ? Kind.ACQUIRE
              : random.nextBoolean() ? Kind.RENEW : Kind.RELEASE;
      Long granted = call(host, kind, name, token);
      token = granted == null ? 0 : granted;
      FaultCluster.pause(Duration.ofMillis(random.nextInt(20)));
    }
  }

  /** Returns the token to continue with, or null after a failure. */
  private @Nullable Long call(Backend host, Kind kind, String name, long token) {
    Instant earliest = Instant.now();
    long began = recorder.tick();
    try {
      Lease lease = null;
      boolean granted;
      if (kind == Kind.ACQUIRE) {
        lease = host.acquireLease(name, LASTING);
        granted = lease != null;
      } else if (kind == Kind.RENEW) {
        lease = host.renewLease(name, token, LASTING);
        granted = lease != null;
      } else {
        granted = host.releaseLease(name, token);
      }
      long of = kind == Kind.ACQUIRE ? (lease == null ? 0 : lease.token()) : token;
      note(
          new LeaseCall(
              kind,
              began,
              recorder.tick(),
              earliest,
              Instant.now(),
              name,
              of,
              granted,
              lease == null ? null : lease.expiresAt()));
      return kind == Kind.RELEASE || (kind == Kind.RENEW && !granted) ? 0 : of;
    } catch (OutcomeUnknownException unknown) {
      unsure.add(name);
      generation.incrementAndGet();
      return null;
    } catch (UnavailableException notApplied) {
      return token;
    }
  }

  private synchronized void note(LeaseCall call) {
    calls.add(call);
  }

  /**
   * Increments the checkpoint, and runs expiries and trims that match nothing, until the fault is
   * over.
   */
  void keepHouse(Backend host, CountDownLatch over) {
    while (over.getCount() > 0) {
      try {
        long next = tried.incrementAndGet();
        host.setCheckpoint(new Checkpoint(7, next));
        noteCheckpoint(next);
        host.expire();
        host.trim(Instant.EPOCH);
      } catch (OutcomeUnknownException | UnavailableException allowed) {
        // Both errors are allowed under faults; the check at the end judges what they promise.
      }
      FaultCluster.pause(Duration.ofMillis(50));
    }
  }

  private synchronized void noteCheckpoint(long number) {
    acknowledged = Math.max(acknowledged, number);
  }

  /**
   * Returns the problem, or null.
   *
   * @param cleared whether a clear may have removed the checkpoint
   * @param lastToken the greatest token that was granted before these calls
   */
  synchronized @Nullable String problem(Backend host, boolean cleared, long lastToken) {
    for (LeaseCall call : calls) {
      if (call.kind() == Kind.ACQUIRE && call.granted() && call.token() <= lastToken) {
        return "after token " + lastToken + " came " + call;
      }
    }
    String problem =
        LeaseCheck.problem(
            calls.stream().filter(call -> !unsure.contains(call.name())).toList(), Duration.ZERO);
    if (problem != null) {
      return problem;
    }
    Checkpoint found = checkpoint(host);
    boolean isTrue = found.recordVersion() >= acknowledged && found.recordVersion() <= tried.get();
    return isTrue || cleared
        ? null
        : "the checkpoint is " + found + ", but " + acknowledged + " was acknowledged";
  }

  private static Checkpoint checkpoint(Backend host) {
    Deadline deadline = Deadline.after(Duration.ofSeconds(30));
    while (true) {
      try {
        return host.checkpoint();
      } catch (DatabrokerException away) {
        if (deadline.isOver()) {
          throw away;
        }
      }
    }
  }

  /** Returns the greatest token that was granted. */
  synchronized long lastToken() {
    return calls.stream().mapToLong(LeaseCall::token).max().orElse(0);
  }

  synchronized int size() {
    return calls.size();
  }
}

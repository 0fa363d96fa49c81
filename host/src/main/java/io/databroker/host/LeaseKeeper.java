package io.databroker.host;

import io.databroker.api.Backend;
import io.databroker.api.ClosedException;
import io.databroker.api.DatabrokerException;
import io.databroker.api.Lease;
import io.databroker.api.OutcomeUnknownException;
import io.databroker.api.UnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Acquires leases, renews them until they are closed, and notifies their holders in time of a loss.
 *
 * <p><b>In time</b> means: while at least a quarter of the duration is left before anyone else can
 * be granted the lease. The keeper counts a holding from the time before the call that acquired or
 * renewed it, so the holding never ends in the backend before it ends here. The keeper renews after
 * a third of the duration, and retries a failed renewal every twelfth. If no renewal succeeds
 * within three quarters of the duration, the lease is lost. The remaining quarter covers the time
 * that the holder needs to stop, and clock drift. A process that pauses for longer sees {@link
 * KeptLease#isHeld} false when it continues. For work that cannot stop in time, use the fencing
 * token.
 *
 * <p>All leases share one timer thread and one thread for backend calls. Actions of holders run on
 * other threads and delay no renewal.
 */
public final class LeaseKeeper implements AutoCloseable {
  private static final Duration SHORTEST_PAUSE = Duration.ofMillis(1);

  final Backend backend;
  final InstantSource clock;
  final Timer timer;
  final Executor calls;
  final Executor holders;

  private final Set<KeptLease> kept = ConcurrentHashMap.newKeySet();
  private final Set<Wait> waiting = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /**
   * @param clock the clock by which the backend counts leases, or one that never steps
   * @param calls runs backend calls, which may wait
   * @param holders runs the actions of holders, which may take long
   */
  LeaseKeeper(Backend backend, InstantSource clock, Timer timer, Executor calls, Executor holders) {
    this.backend = backend;
    this.clock = clock;
    this.timer = timer;
    this.calls = calls;
    this.holders = holders;
  }

  /**
   * Acquires a lease and keeps it.
   *
   * @param duration how long others must wait if this process dies
   * @return the lease, or nothing while another holds it, or if the call took over three quarters
   *     of the duration
   * @throws DatabrokerException as {@link Backend#acquireLease} does
   */
  public Optional<KeptLease> tryAcquire(String name, Duration duration) {
    requireOpen();
    return Optional.ofNullable(take(name, duration));
  }

  /**
   * Acquires a lease as soon as nobody holds it, and keeps it. It tries once per twelfth of the
   * duration, also while the backend is unavailable. Completing or cancelling the returned future
   * ends the wait.
   *
   * @param duration how long others must wait if this process dies
   * @return the lease, or the failure of {@link Backend#acquireLease}
   */
  public CompletableFuture<KeptLease> acquire(String name, Duration duration) {
    requireOpen();
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(duration, "duration");
    Wait wait = new Wait(name, duration);
    waiting.add(wait);
    calls.execute(wait::attempt);
    if (closed) { // close may have missed this wait
      wait.answer.completeExceptionally(closedException());
    }
    return wait.answer;
  }

  /**
   * Ends every wait; notifies every holder that its lease is lost, then releases the lease. Once a
   * release has failed because the engine is away, the other leases end by themselves. Idempotent.
   */
  @Override
  public void close() {
    closed = true;
    waiting.forEach(wait -> wait.answer.completeExceptionally(closedException()));
    boolean reachable = true;
    for (KeptLease lease : kept) {
      reachable &= lease.revoke("the host is closing", reachable);
    }
  }

  void forget(KeptLease lease) {
    kept.remove(lease);
  }

  private @Nullable KeptLease take(String name, Duration duration) {
    Instant asked = clock.instant();
    Lease lease = backend.acquireLease(name, duration);
    if (lease == null) {
      return null;
    }
    KeptLease taken = new KeptLease(this, lease, duration, asked);
    kept.add(taken);
    if (!taken.start()) {
      return null;
    }
    if (closed) { // meanwhile; close may not have seen it
      taken.revoke("the host is closing", true);
    }
    return taken;
  }

  private void requireOpen() {
    if (closed) {
      throw closedException();
    }
  }

  private static ClosedException closedException() {
    return new ClosedException("the lease keeper");
  }

  /** A caller that waits for a lease. */
  private final class Wait {
    private final String name;
    private final Duration duration;
    private final Duration pause;
    private final CompletableFuture<KeptLease> answer = new CompletableFuture<>();

    Wait(String name, Duration duration) {
      this.name = name;
      this.duration = duration;
      Duration twelfth = duration.dividedBy(12);
      this.pause = twelfth.compareTo(SHORTEST_PAUSE) < 0 ? SHORTEST_PAUSE : twelfth;
    }

    private void attempt() {
      if (closed) {
        answer.completeExceptionally(closedException());
      }
      if (answer.isDone() || isOver()) {
        waiting.remove(this);
      } else {
        timer.after(pause, () -> calls.execute(this::attempt));
      }
    }

    private boolean isOver() {
      try {
        KeptLease taken = take(name, duration);
        if (taken != null) {
          holders.execute(() -> hand(taken));
        }
        return taken != null;
      } catch (UnavailableException | OutcomeUnknownException e) {
        return false; // try again: it may be free by then
      } catch (RuntimeException | Error e) {
        holders.execute(() -> answer.completeExceptionally(e));
        return true;
      }
    }

    private void hand(KeptLease taken) {
      if (!answer.complete(taken)) { // cancelled, or the keeper has closed
        taken.close();
      }
    }
  }
}

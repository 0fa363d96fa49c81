package io.databroker.host;

import io.databroker.api.ClosedException;
import io.databroker.api.Lease;
import io.databroker.api.OutcomeUnknownException;
import io.databroker.api.UnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lease that a {@link LeaseKeeper} renews until it is closed or lost. */
public final class KeptLease implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(LeaseKeeper.class);

  private enum State {
    HELD,
    LOST,
    RELEASED
  }

  private final LeaseKeeper keeper;
  private final Lease lease;
  private final Duration duration;
  private final Instant asked;

  // Guarded by this.
  private final List<Runnable> onLost = new ArrayList<>();
  private State state = State.HELD;
  private Instant safeUntil;
  private Runnable cancelRenewal = () -> {};
  private Runnable cancelWatch = () -> {};

  /**
   * @param asked the time at which the acquiring call began
   */
  KeptLease(LeaseKeeper keeper, Lease lease, Duration duration, Instant asked) {
    this.keeper = keeper;
    this.lease = lease;
    this.duration = duration;
    this.asked = asked;
    this.safeUntil = safeUntil(asked);
  }

  /**
   * Starts to renew the lease; if the grant came too late, releases the lease and returns false.
   */
  boolean start() {
    synchronized (this) {
      renewIn(until(asked.plus(duration.dividedBy(3))));
      watch();
      if (state == State.HELD) {
        return true;
      }
    }
    release(); // no caller knows of it yet, so the next holder need not wait for its end
    return false;
  }

  /** Returns the name of the lease. */
  public String name() {
    return lease.name();
  }

  /** Returns the fencing token, greater than that of every earlier holding. */
  public long token() {
    return lease.token();
  }

  /**
   * Returns whether the lease is held, and stays held for another quarter of its duration even
   * without a renewal. Once false, it stays false.
   */
  public synchronized boolean isHeld() {
    endIfLate();
    return state == State.HELD;
  }

  /**
   * Runs {@code action} once when the lease is lost, or at once if it is lost already; {@link
   * #close} is not a loss. Several actions run one after another; exceptions that they throw are
   * logged.
   */
  public void onLost(Runnable action) {
    Objects.requireNonNull(action, "action");
    synchronized (this) {
      if (state != State.LOST) {
        onLost.add(action);
        return;
      }
    }
    run(action);
  }

  /**
   * Releases the lease for the next holder; idempotent. If the backend cannot be reached, the lease
   * ends there at its expiry.
   */
  @Override
  public void close() {
    synchronized (this) {
      if (state != State.HELD) {
        return;
      }
      end(State.RELEASED);
    }
    release();
  }

  /**
   * Notifies the holder, then releases the lease; used when the keeper closes.
   *
   * @param release whether to release it; otherwise it ends by itself
   * @return false if the backend could not be reached
   */
  boolean revoke(String reason, boolean release) {
    List<Runnable> actions;
    synchronized (this) {
      if (state != State.HELD) {
        return true;
      }
      actions = endLost(reason);
    }
    actions.forEach(KeptLease::run);
    return !release || release();
  }

  private void renew() {
    Instant begun = keeper.clock.instant();
    if (!isHeld()) {
      return;
    }
    @Nullable Lease renewed;
    try {
      renewed = keeper.backend.renewLease(name(), token(), duration);
    } catch (ClosedException e) {
      lose("the backend was closed");
      return;
    } catch (RuntimeException e) {
      log.warn("lease \"{}\" could not be renewed, trying again: {}", name(), e.getMessage());
      renewIn(duration.dividedBy(12));
      return;
    }
    if (renewed == null) {
      lose("its holding in the backend has ended");
    } else if (!extend(begun)) {
      release(); // the holder closed the lease or knows of its loss, so the next need not wait
    }
  }

  /** Returns whether a renewal that began at that time was in time. */
  private synchronized boolean extend(Instant begun) {
    endIfLate();
    if (state != State.HELD) {
      return false;
    }
    safeUntil = safeUntil(begun);
    renewIn(until(begun.plus(duration.dividedBy(3))));
    cancelWatch.run();
    watch();
    return true;
  }

  private synchronized void renewIn(Duration delay) {
    if (state == State.HELD) {
      cancelRenewal = keeper.timer.after(delay, () -> keeper.calls.execute(this::renew));
    }
  }

  private synchronized void watch() {
    endIfLate();
    if (state == State.HELD) {
      cancelWatch = keeper.timer.after(until(safeUntil), this::watch);
    }
  }

  private synchronized void endIfLate() {
    if (state == State.HELD && !keeper.clock.instant().isBefore(safeUntil)) {
      lose("it could not be renewed in time");
    }
  }

  private synchronized void lose(String reason) {
    if (state == State.HELD) {
      List<Runnable> actions = endLost(reason);
      keeper.holders.execute(() -> actions.forEach(KeptLease::run));
    }
  }

  private List<Runnable> endLost(String reason) {
    log.warn("lease \"{}\" with token {} is lost: {}", name(), token(), reason);
    end(State.LOST);
    return List.copyOf(onLost);
  }

  private void end(State ended) {
    state = ended;
    cancelRenewal.run();
    cancelWatch.run();
    keeper.forget(this);
  }

  /** Releases the lease; returns false if the backend could not be reached. */
  private boolean release() {
    try {
      keeper.backend.releaseLease(name(), token());
      return true;
    } catch (ClosedException e) {
      log.debug("lease \"{}\" ends by itself: {}", name(), e.getMessage());
      return false;
    } catch (RuntimeException e) {
      log.warn("lease \"{}\" was not released and ends by itself: {}", name(), e.getMessage());
      return !(e instanceof UnavailableException || e instanceof OutcomeUnknownException);
    }
  }

  private Instant safeUntil(Instant begun) {
    return begun.plus(duration.multipliedBy(3).dividedBy(4));
  }

  private Duration until(Instant then) {
    Duration rest = Duration.between(keeper.clock.instant(), then);
    return rest.isNegative() ? Duration.ZERO : rest;
  }

  private static void run(Runnable action) {
    try {
      action.run();
    } catch (RuntimeException | Error e) {
      log.error("an action of a lease holder failed", e);
    }
  }
}

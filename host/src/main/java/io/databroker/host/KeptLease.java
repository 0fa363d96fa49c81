package io.databroker.host;

import io.databroker.api.ClosedException;
import io.databroker.api.Lease;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A lease that a {@link LeaseKeeper} renews until it is closed or lost.
 *
 * <p><b>Thread-safety:</b> any thread may use it.
 */
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
   * @param asked when the call that took it began
   */
  KeptLease(LeaseKeeper keeper, Lease lease, Duration duration, Instant asked) {
    this.keeper = keeper;
    this.lease = lease;
    this.duration = duration;
    this.asked = asked;
    this.safeUntil = safeUntil(asked);
  }

  synchronized void start() {
    renewIn(until(asked.plus(duration.dividedBy(3))));
    watch();
  }

  /** The name that is held. */
  public String name() {
    return lease.name();
  }

  /** The fencing token of this holding, greater than that of any earlier one. */
  public long token() {
    return lease.token();
  }

  /**
   * Whether it is held, and will be for another quarter of its duration even if it cannot be
   * renewed. Once false, it stays so.
   */
  public synchronized boolean isHeld() {
    endIfLate();
    return state == State.HELD;
  }

  /**
   * Has {@code action} run once when the lease is lost, other than by {@link #close}; at once if it
   * is lost already. Several run one after another; what one throws is logged.
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
   * Releases it for the next holder; idempotent. If the backend cannot be told, it ends there by
   * itself.
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

  /** Tells the holder, and only then releases it; what {@link #close} of the keeper does. */
  void revoke(String reason) {
    List<Runnable> actions;
    synchronized (this) {
      if (state != State.HELD) {
        return;
      }
      actions = endLost(reason);
    }
    actions.forEach(KeptLease::run);
    release();
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
      lose("it has ended in the backend");
    } else if (!extend(begun)) {
      release(); // the holder was told, or has closed it: the next one need not wait
    }
  }

  /** Whether the renewal that began then came in time. */
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

  private void release() {
    try {
      keeper.backend.releaseLease(name(), token());
    } catch (ClosedException e) {
      log.debug("lease \"{}\" ends by itself: {}", name(), e.getMessage());
    } catch (RuntimeException e) {
      log.warn("lease \"{}\" was not released and ends by itself: {}", name(), e.getMessage());
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
      log.error("what runs when a lease is lost has failed", e);
    }
  }
}

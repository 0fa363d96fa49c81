package io.databroker.host.testing;

import io.databroker.api.BackendState;
import io.databroker.api.DatabrokerException;
import io.databroker.api.OutcomeUnknownException;
import io.databroker.api.UnavailableException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Faults of the backend of one {@link TestHost}. They affect every call, including those of the
 * host itself: lease keeping, housekeeping, type options.
 */
public final class Faults {
  /**
   * Fault of one call.
   *
   * @param applied whether the call takes effect before it fails
   * @param away whether the engine is away
   */
  record Fault(boolean applied, boolean away, Supplier<? extends DatabrokerException> error) {}

  private final Map<Call, Deque<Fault>> next = new EnumMap<>(Call.class);
  private final Map<Call, Long> calls = new EnumMap<>(Call.class);
  private final Set<FaultyFeed> waiting = new HashSet<>();
  private boolean away;

  Faults() {}

  /**
   * Makes the next call of the given kind fail without effect. Each further use of this method
   * makes one more call fail.
   */
  public synchronized void failNext(Call call, Supplier<? extends DatabrokerException> error) {
    add(call, new Fault(false, false, error));
  }

  /**
   * Makes the next call of the given kind take effect and then fail with {@code outcome-unknown}.
   */
  public synchronized void loseNextAnswer(Call call) {
    add(
        call,
        new Fault(true, false, () -> new OutcomeUnknownException("a test lost the answer", null)));
  }

  /**
   * Makes every call fail with {@code unavailable} until {@link #heal}. As with a real engine, a
   * poll of a feed returns null meanwhile, and the signal of a feed waits.
   */
  public synchronized void takeAway() {
    away = true;
  }

  /** Ends all faults. */
  public void heal() {
    List<FaultyFeed> feeds;
    synchronized (this) {
      away = false;
      next.clear();
      feeds = List.copyOf(waiting);
      waiting.clear();
    }
    feeds.forEach(FaultyFeed::engineIsBack);
  }

  /** Returns whether the engine is away; if so, notifies the feed when the engine is back. */
  synchronized boolean waitForEngine(FaultyFeed feed) {
    if (away) {
      waiting.add(feed);
    }
    return away;
  }

  /** Returns how often that call was made, successful or not. */
  public synchronized long calls(Call call) {
    return calls.getOrDefault(call, 0L);
  }

  private void add(Call call, Fault fault) {
    next.computeIfAbsent(call, any -> new ArrayDeque<>()).add(fault);
  }

  /** Counts a call and returns its fault, or null. */
  synchronized @Nullable Fault begin(Call call) {
    calls.merge(call, 1L, Long::sum);
    if (away) {
      return new Fault(
          false, true, () -> new UnavailableException("a test took the engine away", null));
    }
    Deque<Fault> faults = next.get(call);
    return faults == null ? null : faults.poll();
  }

  /** Returns the state to report instead of the backend's own, or null. */
  synchronized @Nullable BackendState state() {
    return away
        ? BackendState.unavailable(
            BackendState.Reason.ENGINE_AWAY, "a test took the engine away; heal the faults")
        : null;
  }
}

package io.databroker.api;

import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;

/**
 * Services and settings that a host gives to each backend it opens.
 *
 * <p>A host starts from {@link #standard()} and replaces single parts. Any thread may use the
 * services of the context.
 */
public final class BackendContext {
  private static final BackendContext STANDARD =
      new BackendContext(
          InstantSource.system(),
          ForkJoinPool.commonPool(),
          FieldExtractor.NONE,
          Duration.ofSeconds(10));

  private final InstantSource clock;
  private final Executor notifier;
  private final FieldExtractor extractor;
  private final Duration callTimeout;

  private BackendContext(
      InstantSource clock, Executor notifier, FieldExtractor extractor, Duration callTimeout) {
    Require.nonNull("clock", clock);
    this.clock = SteadyClock.isSystem(clock) ? SteadyClock.of(clock) : clock;
    this.notifier = Require.nonNull("notifier", notifier);
    this.extractor = Require.nonNull("extractor", extractor);
    Require.positive("callTimeout", callTimeout);
    this.callTimeout = callTimeout;
  }

  /**
   * Returns the context with the system clock, the common pool, no indexed fields, and a time limit
   * of ten seconds for a call.
   */
  public static BackendContext standard() {
    return STANDARD;
  }

  /** Returns a copy with another clock; the system clock is made steady (TIME-1). */
  public BackendContext withClock(InstantSource other) {
    return new BackendContext(other, notifier, extractor, callTimeout);
  }

  /** Returns a copy with another executor for signals. */
  public BackendContext withNotifier(Executor other) {
    return new BackendContext(clock, other, extractor, callTimeout);
  }

  /** Returns a copy with another extraction function. */
  public BackendContext withExtractor(FieldExtractor other) {
    return new BackendContext(clock, notifier, other, callTimeout);
  }

  /** Returns a copy with another time limit for a call; positive. */
  public BackendContext withCallTimeout(Duration other) {
    return new BackendContext(clock, notifier, extractor, other);
  }

  /**
   * Returns the clock for the times of writes, for expiry and for leases: a {@link SteadyClock} in
   * place of the system clock. A backend whose engine has its own clock ignores it.
   */
  public InstantSource clock() {
    return clock;
  }

  /** Returns the executor for the signals of waiting feeds. Backends run nothing else on it. */
  public Executor notifier() {
    return notifier;
  }

  /** Returns the function that reads the values of indexed fields from payloads. */
  public FieldExtractor extractor() {
    return extractor;
  }

  /** Returns how long a call may wait for the engine. */
  public Duration callTimeout() {
    return callTimeout;
  }
}

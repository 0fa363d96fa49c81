package io.databroker.api;

import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;

/**
 * What a host hands to a backend that it opens.
 *
 * <p><b>Thread-safety:</b> immutable; what it holds may be used by any thread.
 *
 * @param clock the time of writes, expiry and leases, unless the engine has a clock of its own
 * @param notifier runs the signals of waiting feeds, and nothing else of the backend's
 * @param extractor finds the values of indexed fields in payloads
 * @param callTimeout how long a call may wait for the engine; positive
 */
public record BackendContext(
    InstantSource clock, Executor notifier, FieldExtractor extractor, Duration callTimeout) {

  /** Checks that nothing is null and that the time limit is positive. */
  public BackendContext {
    Require.nonNull("clock", clock);
    Require.nonNull("notifier", notifier);
    Require.nonNull("extractor", extractor);
    Require.positive("callTimeout", callTimeout);
  }

  /** The system's clock, the common pool, no indexed fields, and ten seconds for a call. */
  public static BackendContext standard() {
    return new BackendContext(
        InstantSource.system(),
        ForkJoinPool.commonPool(),
        FieldExtractor.NONE,
        Duration.ofSeconds(10));
  }

  /** The same with another clock. */
  public BackendContext withClock(InstantSource other) {
    return new BackendContext(other, notifier, extractor, callTimeout);
  }

  /** The same with another executor for signals. */
  public BackendContext withNotifier(Executor other) {
    return new BackendContext(clock, other, extractor, callTimeout);
  }

  /** The same with another extraction function. */
  public BackendContext withExtractor(FieldExtractor other) {
    return new BackendContext(clock, notifier, other, callTimeout);
  }
}

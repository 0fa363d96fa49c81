package io.databroker.host.testing;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.DatabrokerException;
import io.databroker.api.FieldExtractor;
import io.databroker.host.BackendConfig;
import io.databroker.host.Databroker;
import io.databroker.host.DatabrokerModule;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;

/**
 * In-memory host for tests, with a clock that the test sets and a backend that fails on command.
 *
 * <pre>{@code
 * try (TestHost host = TestHost.open()) {
 *   Service service = Guice.createInjector(host.module()).getInstance(Service.class);
 *   host.faults().takeAway();
 *   assertThatThrownBy(service::save).isInstanceOf(UnavailableException.class);
 *   host.faults().heal();
 *   host.passTime(Duration.ofHours(2)); // records expire, history is trimmed, leases end
 * }
 * }</pre>
 */
public final class TestHost implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(TestHost.class.getName());
  private static final Duration HISTORY = Duration.ofHours(1);

  private final TestClock clock = new TestClock();
  private final Faults faults = new Faults();
  private final String number = TestingProvider.register(faults);
  private final Databroker broker;

  private TestHost(FieldExtractor extractor) {
    try {
      broker =
          Databroker.builder()
              .backend(
                  BackendConfig.of(TestingProvider.NAME).with(TestingProvider.HOST.name(), number))
              .context(BackendContext.standard().withClock(clock).withExtractor(extractor))
              .housekeepEvery(Duration.ofDays(1)) // passTime expires and trims instead
              .keepHistory(HISTORY)
              .open();
    } catch (RuntimeException | Error e) {
      TestingProvider.forget(number);
      throw e;
    }
  }

  /** Opens a host with an empty store. */
  public static TestHost open() {
    return open(FieldExtractor.NONE);
  }

  /** Opens a host with an empty store and an extraction function for indexed fields. */
  public static TestHost open(FieldExtractor extractor) {
    return new TestHost(extractor);
  }

  /** Returns the host. */
  public Databroker broker() {
    return broker;
  }

  /** Returns the backend, which checks arguments and fails on command. */
  public Backend backend() {
    return broker.backend();
  }

  /** Returns the Guice module that binds the host and its backend. */
  public DatabrokerModule module() {
    return DatabrokerModule.of(broker);
  }

  /** Returns the clock of the backend; {@link #passTime} also does the housekeeping. */
  public TestClock clock() {
    return clock;
  }

  /** Returns the faults of the backend. */
  public Faults faults() {
    return faults;
  }

  /**
   * Advances the clock and then runs the housekeeping of a host: it expires records and trims
   * history that is older than an hour. As in any host, a failure of the housekeeping, such as one
   * by {@link Faults#takeAway}, does not reach the application.
   */
  public void passTime(Duration duration) {
    clock.advance(duration);
    housekeep(backend()::expire);
    Instant now = clock.instant();
    housekeep(() -> backend().trim(now.minus(HISTORY)));
  }

  private static void housekeep(Runnable work) {
    try {
      work.run();
    } catch (DatabrokerException e) {
      LOG.log(Level.DEBUG, "the housekeeping of a test host failed", e);
    }
  }

  /** Closes the host; idempotent. */
  @Override
  public void close() {
    TestingProvider.forget(number);
    broker.close();
  }
}

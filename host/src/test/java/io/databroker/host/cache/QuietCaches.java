package io.databroker.host.cache;

import io.databroker.host.retry.Backoff;
import java.time.Duration;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Silences the expected warnings of caches during a test. */
final class QuietCaches implements BeforeEachCallback, AfterEachCallback {
  static final Duration PATIENCE = Duration.ofSeconds(30);
  static final Backoff QUICK =
      new Backoff(Duration.ofMillis(1), Duration.ofMillis(5), Duration.ZERO);

  /** Held strongly, because the logging framework holds loggers weakly. */
  private static final Logger LOG = Logger.getLogger(TypedCache.class.getName());

  @Override
  public void beforeEach(ExtensionContext context) {
    LOG.setLevel(Level.OFF);
  }

  @Override
  public void afterEach(ExtensionContext context) {
    LOG.setLevel(null);
  }
}

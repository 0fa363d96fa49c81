package io.databroker.tck;

/**
 * Concurrency, by recorded histories.
 *
 * <p><b>Thread-safety:</b> none; JUnit uses each instance by one thread.
 */
public abstract class ConcurrencyRules extends Chapter {
  ConcurrencyRules() {}
}

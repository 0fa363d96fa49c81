package io.databroker.tck.engine;

/** Receives the bench of a test before the test runs. */
public interface BenchUser {
  /** Sets the bench of the next test. */
  void use(Bench bench);
}

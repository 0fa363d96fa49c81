package io.databroker.benchmarks;

/** A store that is asked for what several records have in common, probe by probe. */
interface LookUp extends AutoCloseable {

  /** The touched payloads of all that the i-th probe finds. */
  long find(int i);

  @Override
  void close();
}

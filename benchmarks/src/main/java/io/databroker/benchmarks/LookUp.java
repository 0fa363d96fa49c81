package io.databroker.benchmarks;

/** Store that finds records by a common value, probe by probe. */
interface LookUp extends AutoCloseable {

  /** Touches the payloads of all records that the i-th probe finds. */
  long find(int i);

  @Override
  void close();
}

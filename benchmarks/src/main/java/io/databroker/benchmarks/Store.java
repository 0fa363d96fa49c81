package io.databroker.benchmarks;

import org.jspecify.annotations.Nullable;

/**
 * The work that every side of a comparison does. Reading touches the first and the last byte of
 * each payload; the sums are what a benchmark consumes. Writing copies each payload once.
 */
interface Store extends AutoCloseable {

  /** The touched payload of a record that is there. */
  int get(String type, String id);

  /** Writes these records together, and notes each as a change. */
  void put(Workload.Batch batch);

  /** The touched payloads of all records. */
  long scan();

  /** The touched payloads of all changes held, of one type or of all, and their number. */
  long changes(@Nullable String type);

  /** Between measurements: drops the changes that are held. */
  void forgetChanges();

  @Override
  void close();

  static int touch(byte[] payload) {
    return payload[0] + payload[payload.length - 1];
  }
}

package io.databroker.benchmarks;

import org.jspecify.annotations.Nullable;

/**
 * One side of a comparison. Reading touches the first and the last byte of each payload, and
 * benchmarks consume the sums. Writing copies each payload once.
 */
interface Store extends AutoCloseable {

  /** Touches the payload of an existing record. */
  int get(String type, String id);

  /** Writes these records together, each as a change. */
  void put(Workload.Batch batch);

  /** Touches the payloads of all records. */
  long scan();

  /** Touches the payloads of all changes, of one type or of all. */
  long changes(@Nullable String type);

  /** Drops all changes, between measurements. */
  void forgetChanges();

  @Override
  void close();

  static int touch(byte[] payload) {
    return payload[0] + payload[payload.length - 1];
  }
}

package io.databroker.api;

import java.time.Duration;

/**
 * The largest that a backend accepts; whatever is within them must be accepted (LIMIT-1).
 *
 * <p><b>Thread-safety:</b> immutable.
 *
 * @param typeBytes UTF-8 bytes of a type
 * @param idBytes UTF-8 bytes of a record's id, a lease's name, or an indexed field's path
 * @param payloadBytes bytes of one payload
 * @param batchRecords writes in one batch
 * @param batchBytes payload bytes in one batch, in all
 * @param leaseMargin how much later than its end a lease may be given to the next holder
 */
public record Limits(
    int typeBytes,
    int idBytes,
    int payloadBytes,
    int batchRecords,
    int batchBytes,
    Duration leaseMargin) {

  /** The least that every backend accepts. */
  public static final Limits FLOOR =
      new Limits(512, 1_024, 1 << 20, 1_000, 1 << 20, Duration.ofSeconds(1));

  /** Checks that every limit is positive and the margin not negative. */
  public Limits {
    Require.positive("typeBytes", typeBytes);
    Require.positive("idBytes", idBytes);
    Require.positive("payloadBytes", payloadBytes);
    Require.positive("batchRecords", batchRecords);
    Require.positive("batchBytes", batchBytes);
    Require.notNegative("leaseMargin", leaseMargin);
  }

  /** Whether everything that {@link #FLOOR} accepts is accepted. */
  public boolean meetsFloor() {
    return typeBytes >= FLOOR.typeBytes
        && idBytes >= FLOOR.idBytes
        && payloadBytes >= FLOOR.payloadBytes
        && batchRecords >= FLOOR.batchRecords
        && batchBytes >= FLOOR.batchBytes
        && leaseMargin.compareTo(FLOOR.leaseMargin) <= 0;
  }
}

package io.databroker.server.rpc;

import io.databroker.api.InvalidArgumentException;
import java.time.Duration;

/**
 * Limits on leases, options and streams of clients.
 *
 * <p><b>Thread-safety:</b> immutable.
 *
 * @param leases leases held at the same time, counting those acquired since the server started;
 *     half of them for one network
 * @param longestLease longest duration of a lease
 * @param typesWithOptions types that have options; half of them set by one network
 * @param indexedFields indexed fields of one type
 * @param watchers open Sync streams
 * @param snapshots open SyncLatest streams
 * @param queryBytes UTF-8 bytes of the text that a query searches for
 */
public record ServiceLimits(
    int leases,
    Duration longestLease,
    int typesWithOptions,
    int indexedFields,
    int watchers,
    int snapshots,
    int queryBytes) {

  /** Creates the standard limits. */
  public static final ServiceLimits STANDARD =
      new ServiceLimits(10_000, Duration.ofDays(1), 1_000, 64, 20_000, 1_000, 4_096);

  /** Checks that every limit is positive. */
  public ServiceLimits {
    positive("leases", leases);
    positive("longestLease", longestLease.toMillis());
    positive("typesWithOptions", typesWithOptions);
    positive("indexedFields", indexedFields);
    positive("watchers", watchers);
    positive("snapshots", snapshots);
    positive("queryBytes", queryBytes);
  }

  private static void positive(String name, long value) {
    if (value <= 0) {
      throw new InvalidArgumentException(name, Long.toString(value), "give more than 0");
    }
  }
}

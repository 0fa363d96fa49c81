package io.databroker.server.rpc;

import io.databroker.api.Lease;

/** Converts between fencing tokens and the lease ids of the protocol: decimal and unsigned. */
final class LeaseIds {
  /** Token that no lease ever has (LEASE-2). */
  private static final long NOBODY = 0;

  private LeaseIds() {}

  static String id(Lease lease) {
    return Long.toUnsignedString(lease.token());
  }

  /** Parses an id. An id that was never given out is no error: nobody holds it. */
  static long token(String id) {
    try {
      return Long.parseUnsignedLong(id);
    } catch (NumberFormatException e) {
      return NOBODY;
    }
  }
}

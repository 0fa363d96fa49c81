package io.databroker.server.rpc;

import io.databroker.api.Lease;

/** Converts between fencing tokens and the lease ids of the protocol: decimal and unsigned. */
final class LeaseIds {
  /** Token of no lease (LEASE-2). */
  private static final long NOBODY = 0;

  private LeaseIds() {}

  static String id(Lease lease) {
    return Long.toUnsignedString(lease.token());
  }

  /** Parses an id. An unknown id is not an error: no lease has its token. */
  static long token(String id) {
    try {
      return Long.parseUnsignedLong(id);
    } catch (NumberFormatException e) {
      return NOBODY;
    }
  }
}

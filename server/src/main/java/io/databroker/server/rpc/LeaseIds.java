package io.databroker.server.rpc;

import io.databroker.api.Lease;

/** A lease's id in the protocol: its fencing token, decimal and unsigned. */
final class LeaseIds {
  /** No holding ever has it (LEASE-2). */
  private static final long NOBODY = 0;

  private LeaseIds() {}

  static String id(Lease lease) {
    return Long.toUnsignedString(lease.token());
  }

  /** An id that was never given out is nobody's, and no error. */
  static long token(String id) {
    try {
      return Long.parseUnsignedLong(id);
    } catch (NumberFormatException e) {
      return NOBODY;
    }
  }
}

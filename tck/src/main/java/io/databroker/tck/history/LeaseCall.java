package io.databroker.tck.history;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One call about a lease, and what it was answered.
 *
 * <p><b>Thread-safety:</b> immutable.
 *
 * @param kind what was asked
 * @param began the history's clock before the call
 * @param ended the history's clock after the return
 * @param earliest the backend's clock before the call
 * @param latest the backend's clock after the return
 * @param name of the lease
 * @param token that was granted, or with which it was renewed or released; 0 if none was granted
 * @param granted whether it was granted, renewed or released
 * @param expiresAt the end that was answered, if any
 */
public record LeaseCall(
    Kind kind,
    long began,
    long ended,
    Instant earliest,
    Instant latest,
    String name,
    long token,
    boolean granted,
    @Nullable Instant expiresAt) {

  /**
   * What was asked.
   *
   * <p><b>Thread-safety:</b> immutable.
   */
  public enum Kind {
    /** An acquireLease. */
    ACQUIRE,
    /** A renewLease. */
    RENEW,
    /** A releaseLease. */
    RELEASE
  }
}

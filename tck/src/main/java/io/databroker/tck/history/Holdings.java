package io.databroker.tck.history;

import java.time.Duration;
import java.util.List;

/**
 * Calls about leases.
 *
 * @param calls the calls, with their answers
 * @param margin how late the backend may grant a lease that has ended
 */
public record Holdings(List<LeaseCall> calls, Duration margin) {
  /** Copies the list. */
  public Holdings {
    calls = List.copyOf(calls);
  }
}

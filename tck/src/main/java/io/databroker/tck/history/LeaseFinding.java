package io.databroker.tck.history;

import java.util.List;

/**
 * Violation that calls about leases show.
 *
 * @param violation the violation in words
 * @param calls the calls that together show the violation, in the order of {@link #words}
 */
record LeaseFinding(String violation, List<LeaseCall> calls) {
  LeaseFinding {
    calls = List.copyOf(calls);
  }

  /** Returns the violation with its calls. */
  String words() {
    StringBuilder words = new StringBuilder(violation);
    for (int i = 0; i < calls.size(); i++) {
      words.append(i == 0 ? ": " : ", then ").append(calls.get(i).words());
    }
    return words.toString();
  }
}

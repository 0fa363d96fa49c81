package io.databroker.tck.history;

import java.util.List;

/** Verdict on a history. */
public sealed interface Verdict {

  /**
   * The contract allows the history.
   *
   * @param order a possible order of its operations
   */
  record Allowed(List<Operation> order) implements Verdict {}

  /**
   * No order of the operations is allowed.
   *
   * @param order the longest allowed order
   * @param stuck the next operations of the clients; none is allowed
   * @param reason the violation in words
   */
  record Violated(List<Operation> order, List<Operation> stuck, String reason) implements Verdict {}

  /** The search ended without a result. */
  record Inconclusive(String reason) implements Verdict {}
}

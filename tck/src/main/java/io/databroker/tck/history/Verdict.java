package io.databroker.tck.history;

import java.util.List;

/**
 * What a history shows.
 *
 * <p><b>Thread-safety:</b> immutable.
 */
public sealed interface Verdict {

  /**
   * The contract allows it.
   *
   * <p><b>Thread-safety:</b> immutable.
   *
   * @param order an order in which its operations can have taken effect
   */
  record Allowed(List<Operation> order) implements Verdict {}

  /**
   * The contract allows it by no order.
   *
   * <p><b>Thread-safety:</b> immutable.
   *
   * @param order the longest order that is allowed
   * @param stuck what each client was answered then, none of which can come next
   * @param reason what is wrong, in words
   */
  record Violated(List<Operation> order, List<Operation> stuck, String reason) implements Verdict {}

  /**
   * It could not be told within the bounds of the search.
   *
   * <p><b>Thread-safety:</b> immutable.
   */
  record Inconclusive(String reason) implements Verdict {}
}

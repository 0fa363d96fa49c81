package io.databroker.tck.history;

import java.util.List;

/**
 * Violation as lanes of bars, for a drawing.
 *
 * @param caption the violation in words
 * @param axis the unit of the bars' positions
 * @param before the state before, or an empty text
 * @param lanes the lanes, in order
 * @param order the longest explainable order, possibly cut; empty if there is none
 * @param candidates the operations of which none can come next
 * @param conclusion the conclusion, or an empty text
 */
public record Picture(
    String caption,
    String axis,
    String before,
    List<Lane> lanes,
    List<String> order,
    List<Candidate> candidates,
    String conclusion) {
  /** Copies the lists. */
  public Picture {
    lanes = List.copyOf(lanes);
    order = List.copyOf(order);
    candidates = List.copyOf(candidates);
  }

  /** Kind of a bar. */
  public enum Mark {
    /** An operation in the longest explainable order. */
    EXPLAINED,
    /** An operation that cannot come next, or that shows the violation. */
    BROKEN,
    /** Any other operation. */
    OTHER
  }

  /**
   * Bars of one client, feed or holding.
   *
   * @param name its name
   * @param bars its bars, by their beginning
   */
  public record Lane(String name, List<Bar> bars) {
    /** Copies the list. */
    public Lane {
      bars = List.copyOf(bars);
    }
  }

  /**
   * Bar from a beginning to an end.
   *
   * @param began the position of its beginning
   * @param ended the position of its end; {@link Operation#NEVER} if it may not have ended
   * @param mark its kind
   * @param label a few characters inside the bar
   * @param words the description
   */
  public record Bar(long began, long ended, Mark mark, String label, String words) {}

  /**
   * Operation that cannot come next.
   *
   * @param words the operation with its answer
   * @param needed the answer that the contract allows, or an empty text
   */
  public record Candidate(String words, String needed) {}
}

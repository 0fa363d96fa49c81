package io.databroker.tck.history;

import java.util.List;

/**
 * Violation as lanes of bars, for a drawing.
 *
 * @param caption the violation in words
 * @param axis the unit of the bars' positions
 * @param before the state before, or an empty text
 * @param lanes the lanes, in order
 * @param order the longest explainable order, as far as it is shown; empty if there is none
 * @param candidates the operations of which none can come next
 * @param conclusion what follows, or an empty text
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
    /** In the longest explainable order. */
    EXPLAINED,
    /** Cannot come next, or shows the violation. */
    BROKEN,
    /** Anything else. */
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
   * Something that lasts.
   *
   * @param began where it begins
   * @param ended where it ends; {@link Operation#NEVER} if it may still go on
   * @param mark its kind
   * @param label a few characters that stand in it
   * @param words what it is
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

package io.databroker.benchmarks;

/**
 * Line of the table: one side of a comparison, and its reference.
 *
 * @param name name for people to read
 * @param reference name of the reference, for people to read
 * @param unit the unit that times are given for
 * @param ours index of our side in the comparison
 * @param other index of the reference; -1 if there is none
 * @param oursPer units in one operation of our side
 * @param otherPer units in one operation of the reference
 * @param target the target of the ratio
 */
record Row(
    String name,
    String reference,
    String unit,
    int ours,
    int other,
    double oursPer,
    double otherPer,
    Target target) {

  static Row of(String name, String reference, String unit, int other, Target target) {
    return new Row(name, reference, unit, 0, other, 1, 1, target);
  }

  /** Returns a copy with those units in an operation. */
  Row per(double oursUnits, double otherUnits) {
    return new Row(name, reference, unit, ours, other, oursUnits, otherUnits, target);
  }

  Row ours(int place) {
    return new Row(name, reference, unit, place, other, oursPer, otherPer, target);
  }
}

package io.databroker.benchmarks;

/**
 * A line of the table: one side of a comparison beside another.
 *
 * @param name what is compared, for people to read
 * @param reference what it is compared with, for people to read
 * @param unit what a time is the time of
 * @param ours the place of our side in the comparison
 * @param other the place of the reference; -1 if there is none
 * @param oursPer how many units one operation of our side is
 * @param otherPer how many units one operation of the reference is
 * @param target what the ratio is held against
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

  /** The same, where an operation is so many units. */
  Row per(double oursUnits, double otherUnits) {
    return new Row(name, reference, unit, ours, other, oursUnits, otherUnits, target);
  }

  Row ours(int place) {
    return new Row(name, reference, unit, place, other, oursPer, otherPer, target);
  }
}

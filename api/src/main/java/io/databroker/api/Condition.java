package io.databroker.api;

import java.io.Serializable;

/**
 * What must hold of a record before the batch that writes it (PUT-4, PUT-5).
 *
 * <p><b>Thread-safety:</b> immutable.
 */
public sealed interface Condition extends Serializable {
  /** Nothing has to hold. */
  Condition NONE = new None();

  /** There must be no live record. */
  Condition ABSENT = new Absent();

  /** The live record must have that version; no record ever has version 0. */
  static Condition version(long expected) {
    return new Version(expected);
  }

  /**
   * Whether this holds of a live record of that version.
   *
   * @param found the live record's version, or 0 if there is none
   */
  boolean holds(long found);

  /**
   * Nothing has to hold.
   *
   * <p><b>Thread-safety:</b> immutable.
   */
  record None() implements Condition {
    @Override
    public boolean holds(long found) {
      return true;
    }

    @Override
    public String toString() {
      return "anything";
    }
  }

  /**
   * There must be no live record.
   *
   * <p><b>Thread-safety:</b> immutable.
   */
  record Absent() implements Condition {
    @Override
    public boolean holds(long found) {
      return found == 0;
    }

    @Override
    public String toString() {
      return "no live record";
    }
  }

  /**
   * The live record must have a version.
   *
   * <p><b>Thread-safety:</b> immutable.
   *
   * @param expected that version
   */
  record Version(long expected) implements Condition {
    @Override
    public boolean holds(long found) {
      return found != 0 && found == expected;
    }

    @Override
    public String toString() {
      return "version " + Long.toUnsignedString(expected);
    }
  }
}

package io.databroker.api;

import java.io.Serializable;

/** Condition on the live record of a write, checked before the batch is applied (PUT-4, PUT-5). */
public sealed interface Condition extends Serializable {
  /** Always holds. */
  Condition NONE = new None();

  /** Holds if there is no live record. */
  Condition ABSENT = new Absent();

  /** Holds if the live record has that version; no record has version 0. */
  static Condition version(long expected) {
    return new Version(expected);
  }

  /**
   * Returns whether the condition holds.
   *
   * @param found the version of the live record, or 0 if there is none
   */
  boolean holds(long found);

  /** Always holds. */
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

  /** Holds if there is no live record. */
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
   * Holds if the live record has a given version.
   *
   * @param expected the version
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

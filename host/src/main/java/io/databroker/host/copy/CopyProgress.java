package io.databroker.host.copy;

/** Listener of a copy that may take long; called often, by the thread that copies. */
@FunctionalInterface
public interface CopyProgress {
  /** Ignores all progress. */
  CopyProgress NONE = (step, records) -> {};

  /** Step of a copy. */
  enum Step {
    /** Reads the records of the source. */
    READ,
    /** Checks the backup file. */
    CHECK,
    /** Writes the backup file, or restores records. */
    WRITE,
    /** Applies changes of the source. */
    FOLLOW,
    /** Has applied every change of the source. */
    CAUGHT_UP
  }

  /**
   * Reports the progress of the copy.
   *
   * @param step the step
   * @param records the number of records that the step has handled so far
   */
  void at(Step step, long records);
}

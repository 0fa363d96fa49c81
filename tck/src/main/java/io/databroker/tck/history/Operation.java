package io.databroker.tck.history;

/**
 * One call of one client.
 *
 * <p><b>Thread-safety:</b> immutable.
 *
 * @param client who called; a client has one call under way at a time
 * @param began the history's clock before the call
 * @param ended the clock after the return; {@link #NEVER} if it did not return, or without an
 *     answer that tells whether it took effect
 * @param call what was asked
 * @param answer what was answered
 */
public record Operation(int client, long began, long ended, Call call, Answer answer) {
  /** The end of what may yet take effect. */
  public static final long NEVER = Long.MAX_VALUE;

  /** Whether it need not have taken effect. */
  boolean isOptional() {
    return ended == NEVER;
  }

  /** Whether it surely changed nothing, so that it tells of a state as a read does. */
  boolean onlyReads() {
    if (!call.writes() || answer instanceof Answer.ConditionFailed) {
      return true;
    }
    return answer instanceof Answer.Stored stored
        && stored.result().records().stream().allMatch(record -> record.version() == 0);
  }

  /** How many changes it was answered. */
  int written() {
    return answer instanceof Answer.Stored stored
        ? (int) stored.result().records().stream().filter(r -> r.version() != 0).count()
        : 0;
  }

  /** Whether its answer says nothing that can be judged. */
  boolean saysNothing() {
    return answer instanceof Answer.NotApplied
        || (answer instanceof Answer.Unknown && !call.writes());
  }

  boolean overlaps(Operation other) {
    return began < other.ended && other.began < ended;
  }
}

package io.databroker.tck.history;

/**
 * Call of a client, with its answer.
 *
 * @param client the client, which has one call in progress at a time
 * @param began clock of the history before the call
 * @param ended clock after the return; {@link #NEVER} if it did not return, or its outcome is
 *     unknown
 * @param call the call
 * @param answer the answer
 */
public record Operation(int client, long began, long ended, Call call, Answer answer) {
  /** End of a call that may still take effect. */
  public static final long NEVER = Long.MAX_VALUE;

  /** Returns whether the outcome of the call is unknown. */
  public boolean isUnknown() {
    return answer instanceof Answer.Unknown;
  }

  /** Returns whether the operation may never have taken effect. */
  boolean isOptional() {
    return ended == NEVER;
  }

  /** Returns whether the operation surely changed nothing, so it shows a state like a read. */
  boolean onlyReads() {
    if (!call.writes() || answer instanceof Answer.ConditionFailed) {
      return true;
    }
    if (answer instanceof Answer.Counted counted) {
      return counted.count() == 0;
    }
    return answer instanceof Answer.Stored stored
        && stored.result().records().stream().allMatch(record -> record.version() == 0);
  }

  /** Returns the number of changes in the answer. */
  int written() {
    return answer instanceof Answer.Stored stored
        ? (int) stored.result().records().stream().filter(r -> r.version() != 0).count()
        : 0;
  }

  /** Returns whether the answer has nothing to check. */
  boolean saysNothing() {
    return answer instanceof Answer.NotApplied
        || (answer instanceof Answer.Unknown && !call.writes());
  }
}

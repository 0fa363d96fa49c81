package io.databroker.api;

import java.util.Locale;

/** The condition of a write did not hold. Nothing of its batch was applied (PUT-5). */
public final class ConditionFailedException extends DatabrokerException {
  private static final long serialVersionUID = 1L;

  private final int index;
  private final String type;
  private final String recordId;
  private final Condition expected;
  private final long found;

  /** Creates the error for the first write whose condition did not hold. */
  public ConditionFailedException(int index, Write write, long found) {
    super(
        ErrorId.CONDITION_FAILED,
        String.format(
            Locale.ROOT,
            "batch[%d] expects %s of (%s, %s) but found %s; read it again and retry",
            index,
            write.condition(),
            Quoted.text(write.type()),
            Quoted.text(write.id()),
            found == 0 ? "no live record" : "version " + Long.toUnsignedString(found)),
        null);
    this.index = index;
    this.type = write.type();
    this.recordId = write.id();
    this.expected = write.condition();
    this.found = found;
  }

  /** Returns the index in the batch of the first write whose condition did not hold. */
  public int index() {
    return index;
  }

  /** Returns the type of the record. */
  public String type() {
    return type;
  }

  /** Returns the id of the record. */
  public String recordId() {
    return recordId;
  }

  /** Returns the condition. */
  public Condition expected() {
    return expected;
  }

  /** Returns the version of the live record before the batch, unsigned; 0 if there was none. */
  public long found() {
    return found;
  }
}

package io.databroker.api;

/**
 * A write's condition did not hold; nothing of its batch was applied (PUT-5).
 *
 * <p><b>Thread-safety:</b> as any exception: safe to read from any thread.
 */
public final class ConditionFailedException extends DatabrokerException {
  private static final long serialVersionUID = 1L;

  private final int index;
  private final String type;
  private final String recordId;
  private final Condition expected;
  private final long found;

  /** Names the first write whose condition did not hold. */
  public ConditionFailedException(int index, Write write, long found) {
    super(
        ErrorId.CONDITION_FAILED,
        "batch[%d] expects %s of (%s, %s) but found %s; read it again and decide anew"
            .formatted(
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

  /** Where in the batch the write stands; the first whose condition did not hold. */
  public int index() {
    return index;
  }

  /** The type of its record. */
  public String type() {
    return type;
  }

  /** The id of its record. */
  public String recordId() {
    return recordId;
  }

  /** What had to hold. */
  public Condition expected() {
    return expected;
  }

  /** The version of the live record before the batch, unsigned; 0 if there was none. */
  public long found() {
    return found;
  }
}

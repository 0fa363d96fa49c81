package io.databroker.api;

/**
 * One write of a batch.
 *
 * <p><b>Thread-safety:</b> immutable.
 */
public sealed interface Write {

  /** The type of the record to write. */
  String type();

  /** The id of the record to write. */
  String id();

  /** What must hold before the batch. */
  Condition condition();

  /** Stores that payload, whatever is there. */
  static Write put(String type, String id, Bytes payload) {
    return new Put(type, id, payload, Condition.NONE);
  }

  /** Deletes that record, if it is there. */
  static Write delete(String type, String id) {
    return new Delete(type, id, Condition.NONE);
  }

  /** The same write, under that condition. */
  Write when(Condition condition);

  /**
   * Stores a payload.
   *
   * <p><b>Thread-safety:</b> immutable.
   *
   * @param type the type of the record
   * @param id the id of the record
   * @param payload what to store
   * @param condition what must hold before the batch
   */
  record Put(String type, String id, Bytes payload, Condition condition) implements Write {
    /** Checks that nothing is null. */
    public Put {
      Require.nonNull("type", type);
      Require.nonNull("id", id);
      Require.nonNull("payload", payload);
      Require.nonNull("condition", condition);
    }

    @Override
    public Write when(Condition other) {
      return new Put(type, id, payload, other);
    }
  }

  /**
   * Deletes a record; of an absent one, it does nothing and takes no version.
   *
   * <p><b>Thread-safety:</b> immutable.
   *
   * @param type the type of the record
   * @param id the id of the record
   * @param condition what must hold before the batch
   */
  record Delete(String type, String id, Condition condition) implements Write {
    /** Checks that nothing is null. */
    public Delete {
      Require.nonNull("type", type);
      Require.nonNull("id", id);
      Require.nonNull("condition", condition);
    }

    @Override
    public Write when(Condition other) {
      return new Delete(type, id, other);
    }
  }
}

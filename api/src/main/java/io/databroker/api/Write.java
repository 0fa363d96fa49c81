package io.databroker.api;

/** One write of a batch. */
public sealed interface Write {

  /** Returns the type of the record. */
  String type();

  /** Returns the id of the record. */
  String id();

  /** Returns the condition that must hold before the batch. */
  Condition condition();

  /** Returns a write that stores a payload unconditionally. */
  static Write put(String type, String id, Bytes payload) {
    return new Put(type, id, payload, Condition.NONE);
  }

  /** Returns a write that deletes a record, if it is live. */
  static Write delete(String type, String id) {
    return new Delete(type, id, Condition.NONE);
  }

  /** Returns a copy of the write with the given condition. */
  Write when(Condition condition);

  /**
   * Stores a payload.
   *
   * @param type the type of the record
   * @param id the id of the record
   * @param payload the payload to store
   * @param condition the condition that must hold before the batch
   */
  record Put(String type, String id, Bytes payload, Condition condition) implements Write {
    /** Rejects null. */
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
   * Deletes a record. If the record is absent, the delete is a no-op and takes no version.
   *
   * @param type the type of the record
   * @param id the id of the record
   * @param condition the condition that must hold before the batch
   */
  record Delete(String type, String id, Condition condition) implements Write {
    /** Rejects null. */
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

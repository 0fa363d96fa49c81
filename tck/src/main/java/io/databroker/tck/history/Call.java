package io.databroker.tck.history;

import io.databroker.api.Checkpoint;
import io.databroker.api.Selection;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import java.time.Instant;
import java.util.List;

/** Call of a client. */
public sealed interface Call {

  /** Returns whether the call may change the backend. */
  default boolean writes() {
    return this instanceof Put
        || this instanceof SetOptions
        || this instanceof Expire
        || this instanceof SetCheckpoint
        || this instanceof Clear;
  }

  /** Call of put. */
  record Put(List<Write> batch) implements Call {
    /** Copies the list. */
    public Put {
      batch = List.copyOf(batch);
    }
  }

  /** Call of get. */
  record Get(String type, String id) implements Call {}

  /** Call of listTypes. */
  record ListTypes() implements Call {}

  /** Call of snapshot that reads all records. */
  record TakeSnapshot(Selection selection) implements Call {}

  /** Call of versions. */
  record ReadVersions() implements Call {}

  /** Call of setOptions. */
  record SetOptions(String type, TypeOptions options) implements Call {}

  /** Call of options. */
  record ReadOptions() implements Call {}

  /**
   * Call of expire, while at most one record is old enough.
   *
   * @param now time at which it is called
   */
  record Expire(Instant now) implements Call {}

  /** Call of checkpoint. */
  record ReadCheckpoint() implements Call {}

  /** Call of setCheckpoint. */
  record SetCheckpoint(Checkpoint checkpoint) implements Call {}

  /** Call of clear. */
  record Clear() implements Call {}
}

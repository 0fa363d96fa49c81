package io.databroker.offheap;

import io.databroker.api.Checkpoint;
import io.databroker.api.TypeOptions;
import java.util.List;
import java.util.Map;

/**
 * What is true at one instant: stored in one volatile field, so that whoever reads it sees all of
 * it together.
 *
 * @param version the last change that took effect
 * @param first the first change that the feed still holds
 * @param types the types with a live record, in code point order
 * @param options of each type that has some, in code point order; unmodifiable
 * @param checkpoint the follower's
 */
record Commit(
    long version,
    long first,
    List<String> types,
    Map<String, TypeOptions> options,
    Checkpoint checkpoint) {

  static Commit start(long version) {
    return new Commit(version, version + 1, List.of(), Map.of(), Checkpoint.NONE);
  }

  Commit withOptions(Map<String, TypeOptions> all) {
    return new Commit(version, first, types, all, checkpoint);
  }

  Commit withCheckpoint(Checkpoint set) {
    return new Commit(version, first, types, options, set);
  }

  Commit trimmedTo(long held) {
    return new Commit(version, held, types, options, checkpoint);
  }
}

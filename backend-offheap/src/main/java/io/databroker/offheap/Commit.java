package io.databroker.offheap;

import io.databroker.api.Checkpoint;
import io.databroker.api.TypeOptions;
import io.databroker.api.support.TypeList;
import io.databroker.api.support.TypeMap;

/**
 * State at one instant. It is stored in one volatile field, so a reader sees all parts together.
 *
 * @param version the last change that took effect
 * @param first the first change that the feed still holds
 * @param types the types with a live record, in code point order
 * @param options the options of each type that has some
 * @param checkpoint the follower's
 */
record Commit(
    long version, long first, TypeList types, TypeMap<TypeOptions> options, Checkpoint checkpoint) {

  static Commit start(long version) {
    return new Commit(version, version + 1, TypeList.EMPTY, new TypeMap<>(), Checkpoint.NONE);
  }

  Commit withOptions(String type, TypeOptions set) {
    TypeMap<TypeOptions> all = options.with(type, set.isEmpty() ? null : set);
    return new Commit(version, first, types, all, checkpoint);
  }

  /** Returns the options of the given type. */
  TypeOptions options(String type) {
    TypeOptions set = options.get(type);
    return set == null ? TypeOptions.NONE : set;
  }

  /** Returns the state after more changes. */
  Commit withRecords(long last, TypeList live) {
    return new Commit(last, first, live, options, checkpoint);
  }

  Commit withCheckpoint(Checkpoint set) {
    return new Commit(version, first, types, options, set);
  }

  Commit trimmedTo(long held) {
    return new Commit(version, held, types, options, checkpoint);
  }
}

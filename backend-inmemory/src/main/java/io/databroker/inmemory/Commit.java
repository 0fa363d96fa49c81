package io.databroker.inmemory;

import io.databroker.api.TypeOptions;
import io.databroker.api.support.TypeList;
import io.databroker.api.support.TypeMap;

/**
 * The state of a history at one instant. One volatile field holds it, so a reader sees all parts
 * together.
 *
 * @param version the version of the last change
 * @param first the version of the first change that the log still holds
 * @param types the types with a live record, in code point order
 * @param options the options of each type that has some, in code point order
 * @param indexes the complete index of each type that has indexed fields
 */
record Commit(
    long version,
    long first,
    TypeList types,
    TypeMap<TypeOptions> options,
    TypeMap<FieldIndex> indexes) {

  static Commit start(long version) {
    return new Commit(version, version + 1, TypeList.EMPTY, new TypeMap<>(), new TypeMap<>());
  }

  Commit withFirst(long other) {
    return new Commit(version, other, types, options, indexes);
  }
}

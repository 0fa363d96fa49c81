package io.databroker.tck.strangers;

import java.util.List;
import java.util.stream.Stream;

/**
 * The second gallery: wrong backends that were written from CONTRACT.md alone, without a look at
 * the kit's tests, and frozen before the kit met them.
 */
final class Strangers {
  private Strangers() {}

  static List<Stranger> all() {
    return Stream.of(
            VersionStrangers.all(),
            PutStrangers.all(),
            ReadStrangers.all(),
            SnapshotStrangers.all(),
            FeedStrangers.all(),
            OptionStrangers.all(),
            IndexStrangers.all(),
            LeaseStrangers.all(),
            HousekeepingStrangers.all(),
            StateStrangers.all())
        .flatMap(List::stream)
        .toList();
  }
}

package io.databroker.tck.strangers;

import java.util.List;
import java.util.stream.Stream;

/**
 * The third gallery: wrong backends that were written from CONTRACT.md and from defects of public
 * databases, without a look at the kit's tests, and frozen before the kit met them.
 */
final class ThirdStrangers {
  private ThirdStrangers() {}

  static List<Stranger> all() {
    return Stream.of(
            ThirdWrites.all(),
            ThirdReads.all(),
            ThirdFeeds.all(),
            ThirdOptions.all(),
            ThirdIndexes.all(),
            ThirdLeases.all(),
            ThirdStores.all(),
            ThirdKills.all())
        .flatMap(List::stream)
        .toList();
  }
}

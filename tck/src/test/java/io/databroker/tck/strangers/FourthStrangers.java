package io.databroker.tck.strangers;

import java.util.List;
import java.util.stream.Stream;

/**
 * The fourth gallery: wrong backends of kinds that no earlier gallery had, tried first with the
 * unchanged kit.
 */
final class FourthStrangers {
  private FourthStrangers() {}

  static List<Stranger> all() {
    return Stream.of(FourthThreads.all(), FourthValues.all(), FourthIdentities.all())
        .flatMap(List::stream)
        .toList();
  }
}

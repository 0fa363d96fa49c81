package io.databroker.host.query;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** Walks and rewrites filters. */
final class Filters {
  private Filters() {}

  /** Returns the leaves, in order. */
  static Stream<Filter> leaves(Filter filter) {
    if (filter instanceof Filter.And and) {
      return and.filters().stream().flatMap(Filters::leaves);
    }
    if (filter instanceof Filter.Or or) {
      return or.filters().stream().flatMap(Filters::leaves);
    }
    return Stream.of(filter);
  }

  /** Replaces leaves and simplifies the result. */
  static Filter replace(Filter filter, UnaryOperator<Filter> leaf) {
    if (filter instanceof Filter.And and) {
      return replaceAll(and.filters(), leaf, true);
    }
    if (filter instanceof Filter.Or or) {
      return replaceAll(or.filters(), leaf, false);
    }
    return leaf.apply(filter);
  }

  private static Filter replaceAll(List<Filter> filters, UnaryOperator<Filter> leaf, boolean all) {
    List<Filter> replaced = new ArrayList<>(filters.size());
    for (Filter filter : filters) {
      Filter other = replace(filter, leaf);
      if (all ? isNone(other) : isAll(other)) {
        return other;
      }
      if (!(all ? isAll(other) : isNone(other))) {
        replaced.add(other);
      }
    }
    if (replaced.size() == 1) {
      return replaced.get(0);
    }
    return all ? new Filter.And(replaced) : new Filter.Or(replaced);
  }

  static boolean isAll(Filter filter) {
    return filter instanceof Filter.And and && and.filters().isEmpty();
  }

  static boolean isNone(Filter filter) {
    return filter instanceof Filter.Or or && or.filters().isEmpty();
  }
}

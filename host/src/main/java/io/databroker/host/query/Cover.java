package io.databroker.host.query;

import io.databroker.api.FieldValue;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Look-ups that find at least all matches of a filter, and all records that decide a {@link
 * Filter.FirstOf}.
 *
 * @param terms values of indexed fields to look up
 * @param ids ids of records to look up
 */
record Cover(Set<FieldValue> terms, Set<String> ids) {
  /**
   * Returns the cover of a filter.
   *
   * @param filter a filter whose fields all have values
   * @param indexed the indexed fields
   * @return null if the whole type must be read
   */
  static @Nullable Cover of(Filter filter, Set<String> indexed) {
    Cover cover = matching(filter, indexed);
    Set<FieldValue> terms = new HashSet<>(cover == null ? Set.of() : cover.terms);
    for (Filter leaf : (Iterable<Filter>) Filters.leaves(filter)::iterator) {
      if (leaf instanceof Filter.FirstOf firstOf) {
        if (!indexed.contains(firstOf.field())) {
          return null;
        }
        addTerms(firstOf, terms);
      }
    }
    return cover == null ? null : new Cover(terms, cover.ids);
  }

  private static @Nullable Cover matching(Filter filter, Set<String> indexed) {
    if (filter instanceof Filter.Id id) {
      return new Cover(Set.of(), Set.of(id.id()));
    }
    if (filter instanceof Filter.Equal equal) {
      FieldValue term = equal.term();
      return indexed.contains(term.field()) ? new Cover(Set.of(term), Set.of()) : null;
    }
    if (filter instanceof Filter.FirstOf firstOf) {
      Set<FieldValue> terms = new HashSet<>();
      addTerms(firstOf, terms);
      return indexed.contains(firstOf.field()) ? new Cover(terms, Set.of()) : null;
    }
    if (filter instanceof Filter.Or or) {
      Cover cover = new Cover(new HashSet<>(), new HashSet<>());
      for (Filter part : or.filters()) {
        Cover more = matching(part, indexed);
        if (more == null) {
          return null;
        }
        cover.terms.addAll(more.terms);
        cover.ids.addAll(more.ids);
      }
      return cover;
    }
    // Each part of an And finds all records that the And matches.
    Cover cheapest = null;
    for (Filter part : ((Filter.And) filter).filters()) {
      Cover cover = matching(part, indexed);
      if (cover != null && (cheapest == null || cover.isCheaperThan(cheapest))) {
        cheapest = cover;
      }
    }
    return cheapest;
  }

  private static void addTerms(Filter.FirstOf firstOf, Set<FieldValue> terms) {
    firstOf.values().forEach(value -> terms.add(new FieldValue(firstOf.field(), value)));
  }

  /** Estimates the cost: a value may have many records, an id at most one. */
  private boolean isCheaperThan(Cover other) {
    return terms.size() != other.terms.size()
        ? terms.size() < other.terms.size()
        : ids.size() < other.ids.size();
  }
}

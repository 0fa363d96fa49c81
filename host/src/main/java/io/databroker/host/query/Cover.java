package io.databroker.host.query;

import io.databroker.api.FieldValue;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A choice of look-ups that finds at least what a filter matches, and all that may have a say in
 * what the first of some values is.
 *
 * @param terms values of indexed fields
 * @param ids ids of records
 */
record Cover(Set<FieldValue> terms, Set<String> ids) {
  /**
   * The cover of a filter.
   *
   * @param filter without leaves of fields that have no value
   * @param indexed the fields of which an index is kept
   * @return null if the whole type has to be read
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
    // What all of its parts match, any one of them finds.
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

  /** A guess: nobody counts how many records have a value, but an id has one at most. */
  private boolean isCheaperThan(Cover other) {
    return terms.size() != other.terms.size()
        ? terms.size() < other.terms.size()
        : ids.size() < other.ids.size();
  }
}

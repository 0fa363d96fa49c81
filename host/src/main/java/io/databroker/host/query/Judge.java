package io.databroker.host.query;

import io.databroker.api.FieldExtractor;
import io.databroker.api.StoredRecord;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Decides which records of one type match a filter, at one version. */
final class Judge {
  private final FieldExtractor extractor;
  private final List<Filter.FirstOf> contests;

  /**
   * For each field, the values of {@code FirstOf} filters that were not seen yet, and those that
   * were seen.
   */
  private final Map<String, Set<String>> wanted = new HashMap<>();

  private final Map<String, Set<String>> met = new HashMap<>();
  private List<String> fields;
  private Filter filter;
  private @Nullable Matcher matcher;

  /**
   * @param searchable the fields of the type that have values
   */
  Judge(Filter filter, Set<String> searchable, FieldExtractor extractor) {
    this.extractor = extractor;
    this.filter = ofFields(filter, searchable);
    this.contests =
        Filters.leaves(this.filter)
            .filter(Filter.FirstOf.class::isInstance)
            .distinct()
            .map(Filter.FirstOf.class::cast)
            .toList();
    for (Filter.FirstOf contest : contests) {
      wanted.computeIfAbsent(contest.field(), any -> new HashSet<>()).addAll(contest.values());
    }
    this.fields = fields(this.filter);
  }

  /** Removes the parts of the filter whose field has no values: they match nothing. */
  static Filter ofFields(Filter filter, Set<String> searchable) {
    return Filters.replace(
        filter,
        leaf -> {
          String field = field(leaf);
          return field.isEmpty() || searchable.contains(field) ? leaf : Filter.none();
        });
  }

  /** Returns the field of a leaf, or the empty text. */
  private static String field(Filter leaf) {
    if (leaf instanceof Filter.Equal equal) {
      return equal.term().field();
    }
    return leaf instanceof Filter.FirstOf firstOf ? firstOf.field() : "";
  }

  private static List<String> fields(Filter filter) {
    return Filters.leaves(filter)
        .map(Judge::field)
        .filter(field -> !field.isEmpty())
        .distinct()
        .toList();
  }

  void look(StoredRecord record) {
    Map<String, String> values = values(record);
    wanted.forEach(
        (field, those) -> {
          String value = values.get(field);
          if (value != null && those.remove(value)) {
            met.computeIfAbsent(field, any -> new HashSet<>()).add(value);
          }
        });
  }

  /** Ends the first pass. */
  void settle() {
    Map<Filter, Filter> winners = new HashMap<>();
    contests.forEach(contest -> winners.put(contest, winner(contest)));
    filter = Filters.replace(filter, leaf -> winners.getOrDefault(leaf, leaf));
    fields = fields(filter);
  }

  /** Returns the first of the values that occurs in any record. */
  private Filter winner(Filter.FirstOf contest) {
    Set<String> there = met.getOrDefault(contest.field(), Set.of());
    return contest.values().stream()
        .filter(there::contains)
        .findFirst()
        .map(value -> Filter.equal(contest.field(), value))
        .orElse(Filter.none());
  }

  boolean matches(StoredRecord record) {
    if (Filters.isNone(filter)) {
      return false;
    }
    if (matcher == null) {
      matcher = Matcher.of(filter);
    }
    return Filters.isAll(filter) || matcher.matches(record.id(), values(record));
  }

  private Map<String, String> values(StoredRecord record) {
    return fields.isEmpty() ? Map.of() : extractor.extract(record.type(), record.payload(), fields);
  }
}

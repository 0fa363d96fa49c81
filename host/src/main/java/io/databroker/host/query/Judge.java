package io.databroker.host.query;

import io.databroker.api.FieldExtractor;
import io.databroker.api.Filter;
import io.databroker.api.StoredRecord;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Says which records of one type match a filter, at one version. */
final class Judge {
  private final FieldExtractor extractor;
  private final List<Contest> contests;
  private List<String> fields;
  private Filter filter;

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
            .map(leaf -> new Contest((Filter.FirstOf) leaf))
            .toList();
    this.fields = fields(this.filter);
  }

  /** The filter without fields that have no value: they match nothing. */
  static Filter ofFields(Filter filter, Set<String> searchable) {
    return Filters.replace(
        filter,
        leaf -> {
          String field = field(leaf);
          return field.isEmpty() || searchable.contains(field) ? leaf : Filter.none();
        });
  }

  /** The field of a leaf, or the empty text. */
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

  /** Which of the values is the first that any record has. */
  private static final class Contest {
    final Filter.FirstOf of;
    final Map<String, Integer> ranks = new HashMap<>();
    int best = Integer.MAX_VALUE;

    Contest(Filter.FirstOf of) {
      this.of = of;
      for (int i = 0; i < of.values().size(); i++) {
        ranks.putIfAbsent(of.values().get(i), i);
      }
    }

    Filter winner() {
      return best == Integer.MAX_VALUE
          ? Filter.none()
          : Filter.equal(of.field(), of.values().get(best));
    }
  }

  void look(StoredRecord record) {
    Map<String, String> values = values(record);
    for (Contest contest : contests) {
      String value = values.get(contest.of.field());
      Integer rank = value == null ? null : contest.ranks.get(value);
      if (rank != null && rank < contest.best) {
        contest.best = rank;
      }
    }
  }

  /** Has looked at all. */
  void settle() {
    Map<Filter, Filter> winners = new HashMap<>();
    contests.forEach(contest -> winners.put(contest.of, contest.winner()));
    filter = Filters.replace(filter, leaf -> winners.getOrDefault(leaf, leaf));
    fields = fields(filter);
  }

  boolean matches(StoredRecord record) {
    if (Filters.isNone(filter)) {
      return false;
    }
    return Filters.isAll(filter) || Filters.matches(filter, record.id(), values(record));
  }

  private Map<String, String> values(StoredRecord record) {
    return fields.isEmpty() ? Map.of() : extractor.extract(record.type(), record.payload(), fields);
  }
}

package io.databroker.host.query;

import io.databroker.api.FieldValue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tests records against a filter without {@link Filter.FirstOf} leaves. Hash maps find the
 * alternatives that can match a record by its id and values, so many alternatives cost little.
 */
interface Matcher {
  /**
   * Returns whether the record matches.
   *
   * @param values the values of the record in the fields of the filter
   */
  boolean matches(String id, Map<String, String> values);

  static Matcher of(Filter filter) {
    if (filter instanceof Filter.Or) {
      Alternatives alternatives = new Alternatives();
      alternatives.add(filter);
      return alternatives;
    }
    if (filter instanceof Filter.And and) {
      Set<Filter> parts = new LinkedHashSet<>(and.filters());
      List<Matcher> all = parts.stream().map(Matcher::of).toList();
      return (id, values) -> {
        for (Matcher part : all) {
          if (!part.matches(id, values)) {
            return false;
          }
        }
        return true;
      };
    }
    if (filter instanceof Filter.Equal equal) {
      FieldValue term = equal.term();
      return (id, values) -> term.value().equals(values.get(term.field()));
    }
    if (filter instanceof Filter.Id wanted) {
      return (id, values) -> wanted.id().equals(id);
    }
    throw new IllegalStateException(filter + " stands for a value that is not settled yet");
  }

  /** Alternatives of an Or and of nested Ors, by the id or value that each needs. */
  final class Alternatives implements Matcher {
    private static final Matcher ALWAYS = (id, values) -> true;

    private final Map<String, List<Matcher>> byId = new HashMap<>();
    private final Map<String, Map<String, List<Matcher>>> byValue = new HashMap<>();
    private final List<Matcher> others = new ArrayList<>();

    void add(Filter filter) {
      if (filter instanceof Filter.Or or) {
        or.filters().forEach(this::add);
        return;
      }
      Filter need = need(filter);
      Matcher rest = filter.equals(need) ? ALWAYS : Matcher.of(filter);
      if (need instanceof Filter.Id wanted) {
        add(byId, wanted.id(), rest);
      } else if (need instanceof Filter.Equal equal) {
        FieldValue term = equal.term();
        add(byValue.computeIfAbsent(term.field(), any -> new HashMap<>()), term.value(), rest);
      } else {
        others.add(rest);
      }
    }

    /** Returns a simple filter that must match for the whole filter to match, or null. */
    private static @Nullable Filter need(Filter filter) {
      if (filter instanceof Filter.Equal || filter instanceof Filter.Id) {
        return filter;
      }
      if (filter instanceof Filter.And and) {
        for (Filter part : and.filters()) {
          Filter need = need(part);
          if (need != null) {
            return need;
          }
        }
      }
      return null;
    }

    private static void add(Map<String, List<Matcher>> map, String key, Matcher rest) {
      List<Matcher> there = map.computeIfAbsent(key, any -> new ArrayList<>(1));
      if (there.isEmpty() || there.get(0) != ALWAYS) { // one that always matches is enough
        there.add(rest == ALWAYS ? 0 : there.size(), rest);
      }
    }

    @Override
    public boolean matches(String id, Map<String, String> values) {
      if (any(byId.get(id), id, values)) {
        return true;
      }
      for (Map.Entry<String, Map<String, List<Matcher>>> field : byValue.entrySet()) {
        String value = values.get(field.getKey());
        if (value != null && any(field.getValue().get(value), id, values)) {
          return true;
        }
      }
      return any(others, id, values);
    }

    private static boolean any(
        @Nullable List<Matcher> matchers, String id, Map<String, String> values) {
      if (matchers != null) {
        for (Matcher matcher : matchers) {
          if (matcher.matches(id, values)) {
            return true;
          }
        }
      }
      return false;
    }
  }
}

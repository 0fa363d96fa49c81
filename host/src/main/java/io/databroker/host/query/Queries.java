package io.databroker.host.query;

import io.databroker.api.Backend;
import io.databroker.api.DatabrokerException;
import io.databroker.api.FieldExtractor;
import io.databroker.api.HistoryReplacedException;
import io.databroker.api.HistoryTrimmedException;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Finds records by filters and by address. Each result is consistent at one version, which it
 * names.
 *
 * <p>A query of one type uses look-ups by id and by indexed field where the filter allows it; its
 * cost then depends on the size of their results. Otherwise it reads the whole type. A query of all
 * types reads all records.
 */
public final class Queries {
  private static final int ATTEMPTS = 3;

  /**
   * Largest number of values in a look-up. A backend may compare each found record with each value,
   * so beyond this number reading the whole type is cheaper.
   */
  private static final int MOST_TERMS = 4_096;

  private final Backend backend;
  private final FieldExtractor extractor;
  private final Set<String> always;

  /**
   * Creates queries of a backend.
   *
   * @param extractor the extraction function with which the backend was opened
   */
  public Queries(Backend backend, FieldExtractor extractor) {
    this(backend, extractor, Set.of());
  }

  /**
   * Creates queries of a backend.
   *
   * @param extractor the extraction function with which the backend was opened
   * @param always fields that have values even where they are not indexed; queries by them then
   *     read the whole type
   */
  public Queries(Backend backend, FieldExtractor extractor, Set<String> always) {
    this.backend = Objects.requireNonNull(backend, "backend");
    this.extractor = Objects.requireNonNull(extractor, "extractor");
    this.always = Set.copyOf(always);
  }

  /**
   * Runs a query.
   *
   * @throws io.databroker.api.InvalidArgumentException if the answer would be larger than the query
   *     allows; the message says how many records fit
   * @throws io.databroker.api.SnapshotExpiredException if the backend can no longer hold the
   *     snapshot of the query
   * @throws DatabrokerException if the backend fails
   */
  public QueryResult run(RecordQuery query) {
    for (int attempt = 1; attempt <= ATTEMPTS && !query.type().isEmpty(); attempt++) {
      TypeOptions planned = options(backend.options(), query.type());
      Cover cover = cover(query.filter(), planned);
      if (cover == null || cover.terms().size() > MOST_TERMS) {
        break;
      }
      try (Candidates found = Candidates.of(backend, query.type(), cover)) {
        TypeOptions inForce = options(found.options(), query.type());
        if (inForce.indexedFields().equals(planned.indexedFields())) {
          return answer(query, found);
        }
      } catch (HistoryReplacedException | HistoryTrimmedException again) {
        // A clear or a trim came in between, which is rare: try again.
      }
    }
    try (Candidates whole = Candidates.whole(backend, query.type())) {
      return answer(query, whole);
    }
  }

  /**
   * Returns the records of a type whose range contains an address or a range, longest prefix first;
   * records of the same prefix are sorted by id.
   *
   * @param field the field that holds the texts of {@link AddressRange}s
   */
  public QueryResult containing(String type, String field, AddressRange address) {
    List<String> prefixes = address.prefixes();
    Filter filter =
        new Filter.Or(prefixes.stream().map(prefix -> Filter.equal(field, prefix)).toList());
    QueryResult found = run(RecordQuery.of(type, filter));
    Map<String, Integer> ranks = new HashMap<>();
    prefixes.forEach(prefix -> ranks.put(prefix, ranks.size()));
    List<StoredRecord> records = new ArrayList<>(found.records());
    records.sort(Comparator.comparingInt(record -> rank(ranks, value(record, field))));
    return new QueryResult(records, found.total(), found.position());
  }

  private static int rank(Map<String, Integer> ranks, @Nullable String prefix) {
    return prefix == null ? Integer.MAX_VALUE : ranks.getOrDefault(prefix, Integer.MAX_VALUE);
  }

  private @Nullable String value(StoredRecord record, String field) {
    return extractor.extract(record.type(), record.payload(), List.of(field)).get(field);
  }

  private @Nullable Cover cover(Filter filter, TypeOptions options) {
    Set<String> indexed = Set.copyOf(options.indexedFields());
    return Cover.of(Judge.ofFields(filter, searchable(options)), indexed);
  }

  private static TypeOptions options(Map<String, TypeOptions> options, String type) {
    return options.getOrDefault(type, TypeOptions.NONE);
  }

  private Set<String> searchable(TypeOptions options) {
    Set<String> searchable = new HashSet<>(options.indexedFields());
    searchable.addAll(always);
    return searchable;
  }

  private QueryResult answer(RecordQuery query, Candidates candidates) {
    Map<String, Judge> judges = new HashMap<>();
    Iterator<StoredRecord> records = candidates.records();
    if (hasFirstOf(query.filter())) {
      while (records.hasNext()) {
        StoredRecord record = records.next();
        judge(judges, query, candidates, record.type()).look(record);
      }
      judges.values().forEach(Judge::settle);
      records = candidates.records();
    }
    Page page = new Page(query);
    while (records.hasNext()) {
      StoredRecord record = records.next();
      if (judge(judges, query, candidates, record.type()).matches(record)
          && query.condition().test(record)) {
        page.add(record);
      }
    }
    return new QueryResult(page.records(candidates), page.total(), candidates.position());
  }

  private Judge judge(
      Map<String, Judge> judges, RecordQuery query, Candidates candidates, String type) {
    return judges.computeIfAbsent(
        type,
        any ->
            new Judge(query.filter(), searchable(options(candidates.options(), any)), extractor));
  }

  private static boolean hasFirstOf(Filter filter) {
    Stream<Filter> leaves = Filters.leaves(filter);
    return leaves.anyMatch(Filter.FirstOf.class::isInstance);
  }
}

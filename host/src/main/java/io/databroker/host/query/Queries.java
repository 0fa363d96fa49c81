package io.databroker.host.query;

import io.databroker.api.Backend;
import io.databroker.api.CodePointOrder;
import io.databroker.api.DatabrokerException;
import io.databroker.api.FieldExtractor;
import io.databroker.api.FieldValue;
import io.databroker.api.HistoryReplacedException;
import io.databroker.api.HistoryTrimmedException;
import io.databroker.api.Position;
import io.databroker.api.Selection;
import io.databroker.api.Snapshot;
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
import java.util.function.Predicate;
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
    return run(query, () -> {});
  }

  /**
   * Runs a query that its caller may give up.
   *
   * @param check is called now and then while records are read, and may throw to end the query
   */
  public QueryResult run(RecordQuery query, Runnable check) {
    check.run();
    for (int attempt = 1; attempt <= ATTEMPTS && !query.type().isEmpty(); attempt++) {
      TypeOptions planned = options(backend.options(), query.type());
      Filter filter = Judge.ofFields(query.filter(), searchable(planned));
      Cover cover = Cover.of(filter, Set.copyOf(planned.indexedFields()));
      if (cover == null || cover.terms().size() > MOST_TERMS) {
        break;
      }
      try (Candidates found = Candidates.of(backend, query.type(), cover, check)) {
        if (found != null && isPlanned(found, query.type(), planned)) {
          return isLeaf(filter) ? page(query, found, record -> true) : answer(query, found);
        }
      } catch (HistoryReplacedException | HistoryTrimmedException again) {
        // A clear or a trim came in between, which is rare: try again.
      }
    }
    try (Candidates whole = Candidates.whole(backend, query.type(), check)) {
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
    if (isIndexed(backend.options(), type, field)) {
      FieldValue[] terms = new FieldValue[prefixes.size()];
      for (int i = 0; i < terms.length; i++) {
        terms[i] = new FieldValue(field, prefixes.get(i));
      }
      try (Snapshot found = backend.snapshot(new Selection.Where(type, Set.of(terms)))) {
        if (isIndexed(found.options(), type, field)) {
          List<StoredRecord> records = new ArrayList<>();
          found.records().forEachRemaining(records::add);
          records.sort(Comparator.comparing(StoredRecord::id, CodePointOrder.INSTANCE));
          return longestFirst(records, prefixes, field, found.position());
        }
      }
    }
    Filter filter =
        new Filter.Or(prefixes.stream().map(prefix -> Filter.equal(field, prefix)).toList());
    QueryResult found = run(RecordQuery.of(type, filter));
    return longestFirst(new ArrayList<>(found.records()), prefixes, field, found.position());
  }

  private static boolean isIndexed(Map<String, TypeOptions> options, String type, String field) {
    return options(options, type).indexedFields().contains(field);
  }

  /**
   * Sorts records by the place of their values among the prefixes, and keeps the order of equals.
   */
  private QueryResult longestFirst(
      List<StoredRecord> records, List<String> prefixes, String field, Position position) {
    List<Ranked> ranked = new ArrayList<>(records.size());
    for (StoredRecord record : records) {
      String value = value(record, field);
      ranked.add(new Ranked(value == null ? -1 : prefixes.indexOf(value), record));
    }
    ranked.sort(Comparator.comparingInt(Ranked::rank));
    List<StoredRecord> sorted = ranked.stream().map(Ranked::record).toList();
    return new QueryResult(sorted, sorted.size(), position);
  }

  /**
   * Record found by address.
   *
   * @param rank the place of its value among the prefixes
   */
  private record Ranked(int rank, StoredRecord record) {}

  private @Nullable String value(StoredRecord record, String field) {
    return extractor.extract(record.type(), record.payload(), List.of(field)).get(field);
  }

  /** Returns whether a look-up finds exactly the records that the filter matches. */
  private static boolean isLeaf(Filter filter) {
    return filter instanceof Filter.Equal || filter instanceof Filter.Id;
  }

  /** Returns whether the look-ups were planned with the indexed fields in force. */
  private static boolean isPlanned(Candidates found, String type, TypeOptions planned) {
    return options(found.options(), type).indexedFields().equals(planned.indexedFields());
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
    if (hasFirstOf(query.filter())) {
      candidates
          .records()
          .forEachRemaining(record -> judge(judges, query, candidates, record.type()).look(record));
      judges.values().forEach(Judge::settle);
    }
    return page(
        query,
        candidates,
        record -> judge(judges, query, candidates, record.type()).matches(record));
  }

  /** Returns the answer, given which candidates the filter matches. */
  private static QueryResult page(
      RecordQuery query, Candidates candidates, Predicate<StoredRecord> filter) {
    Page page = new Page(query);
    for (Iterator<StoredRecord> records = candidates.records(); records.hasNext(); ) {
      StoredRecord record = records.next();
      if (filter.test(record) && query.condition().test(record)) {
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

package io.databroker.host.query;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.api.Bytes;
import io.databroker.api.FieldExtractor;
import io.databroker.api.StoredRecord;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MatcherTest {
  /** Meaning of each kind of filter. */
  static boolean brute(Filter filter, String id, Map<String, String> values) {
    if (filter instanceof Filter.And and) {
      return and.filters().stream().allMatch(part -> brute(part, id, values));
    }
    if (filter instanceof Filter.Or or) {
      return or.filters().stream().anyMatch(part -> brute(part, id, values));
    }
    if (filter instanceof Filter.Equal equal) {
      return equal.term().value().equals(values.get(equal.term().field()));
    }
    return ((Filter.Id) filter).id().equals(id);
  }

  private static Filter any(Random random, int depth) {
    int kind = random.nextInt(depth == 0 ? 2 : 4);
    if (kind == 0) {
      return Filter.id("" + random.nextInt(3));
    }
    if (kind == 1) {
      return Filter.equal("f" + random.nextInt(3), "" + random.nextInt(3));
    }
    Filter[] parts =
        IntStream.range(0, random.nextInt(5))
            .mapToObj(i -> any(random, depth - 1))
            .toArray(Filter[]::new);
    return kind == 2 ? Filter.and(parts) : Filter.or(parts);
  }

  @Test
  void itMatchesWhatTheFilterMeans() {
    long seed = Long.getLong("databroker.seed", new Random().nextLong());
    Random random = new Random(seed);
    int matched = 0;
    for (int i = 0; i < 20_000; i++) {
      Filter filter = any(random, 4);
      Map<String, String> values = new TreeMap<>();
      for (int field = 0; field < 3; field++) {
        if (random.nextInt(4) > 0) {
          values.put("f" + field, "" + random.nextInt(3));
        }
      }
      String id = "" + random.nextInt(3);
      boolean expected = brute(filter, id, values);
      matched += expected ? 1 : 0;
      assertThat(Matcher.of(filter).matches(id, values))
          .as("seed %d: %s of %s %s", seed, filter, id, values)
          .isEqualTo(expected);
    }
    assertThat(matched).isBetween(2_000, 18_000);
  }

  /** Values of a record that count their reads. */
  private static final class Asked extends TreeMap<String, String> {
    private static final long serialVersionUID = 1L;
    static int times;

    Asked(Map<String, String> values) {
      super(values);
    }

    @Override
    public String get(Object field) {
      times++;
      return super.get(field);
    }
  }

  @Test
  void aRecordIsAskedByFieldAndNotByAlternative() {
    List<Filter> alternatives = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      alternatives.add(Filter.equal("f", "no" + i));
      alternatives.add(Filter.or(Filter.equal("g", "no" + i), Filter.id("no" + i)));
      alternatives.add(Filter.and(Filter.equal("f", "no" + i), Filter.equal("g", "no")));
    }
    Matcher matcher = Matcher.of(new Filter.Or(alternatives));
    Asked.times = 0;
    assertThat(matcher.matches("1", new Asked(Map.of("f", "a", "g", "b")))).isFalse();
    assertThat(Asked.times).isEqualTo(2);
  }

  @Test
  void manyFirstOfsAskARecordOnce() {
    FieldExtractor extractor =
        new FieldExtractor() {
          @Override
          public String fingerprint() {
            return "asked";
          }

          @Override
          public Map<String, String> extract(String type, Bytes payload, List<String> fields) {
            return new Asked(Map.of("f", payload.toUtf8()));
          }
        };
    List<Filter> alternatives = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      alternatives.add(Filter.firstOf("f", List.of("no" + i, i % 2 == 0 ? "a" : "b", "c")));
    }
    Judge judge = new Judge(new Filter.Or(alternatives), Set.of("f"), extractor);
    Asked.times = 0;
    List<StoredRecord> records = List.of(record("a"), record("c"));
    records.forEach(judge::look);
    judge.settle();
    // "a" is the first even value that occurs, and "c" the first odd value.
    assertThat(records).allMatch(judge::matches);
    assertThat(judge.matches(record("b"))).isFalse();
    assertThat(Asked.times).isEqualTo(5);
  }

  private static StoredRecord record(String payload) {
    return new StoredRecord("t", payload, 1, Bytes.utf8(payload), Instant.EPOCH, false);
  }
}

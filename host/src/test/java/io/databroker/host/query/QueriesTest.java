package io.databroker.host.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.databroker.api.Bytes;
import io.databroker.api.InvalidArgumentException;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class QueriesTest {
  private final HookedBackend backend = new HookedBackend(new WordFields());
  private final Queries queries = new Queries(backend.hooked, new WordFields());

  @AfterEach
  void close() {
    backend.close();
  }

  private void put(String id, String payload) {
    var unused = backend.bare.put(List.of(Write.put("t", id, Bytes.utf8(payload))));
  }

  private void index(String... fields) {
    backend.bare.setOptions("t", TypeOptions.NONE.withIndexedFields(fields));
  }

  private static List<String> ids(QueryResult result) {
    return result.records().stream().map(StoredRecord::id).toList();
  }

  private List<String> ids(Filter filter) {
    return ids(queries.run(RecordQuery.of("t", filter)));
  }

  @Test
  void aCallerCanGiveUpAQueryThatMatchesNothing() {
    List<Write> many = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      many.add(Write.put("t", "id" + i, Bytes.EMPTY));
    }
    var unused = backend.bare.put(many);
    AtomicInteger checks = new AtomicInteger();
    RecordQuery query =
        RecordQuery.of("t", Filter.all()).where(record -> false).page(0, Long.MAX_VALUE);
    assertThatThrownBy(
            () ->
                queries.run(
                    query,
                    () -> {
                      if (checks.incrementAndGet() == 3) {
                        throw new IllegalStateException("the caller has left");
                      }
                    }))
        .hasMessage("the caller has left");
  }

  @Test
  void aCallerCanGiveUpAQueryForManyIds() {
    Filter[] ids = new Filter[10_000];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = Filter.id("id" + i);
    }
    AtomicInteger checks = new AtomicInteger();
    assertThatThrownBy(
            () ->
                queries.run(
                    RecordQuery.of("t", Filter.or(ids)),
                    () -> {
                      if (checks.incrementAndGet() == 3) {
                        throw new IllegalStateException("the caller has left");
                      }
                    }))
        .hasMessage("the caller has left");
    assertThat(backend.calls.stream().filter("get"::equals)).hasSizeLessThan(1_000);
  }

  @Test
  void noMoreIsKeptThanFitsInTheAnswer() {
    Page page = new Page(RecordQuery.of("t", Filter.all()).within(10 * RecordQuery.RECORD_BYTES));
    for (int i = 0; i < 100_000; i++) {
      page.add(new StoredRecord("t", "id" + i, 1, Bytes.EMPTY, Instant.EPOCH, false));
    }
    assertThat(page.total()).isEqualTo(100_000);
    assertThat(page.kept()).isLessThan(2_000);
  }

  private void people() {
    index("name", "city");
    put("1", "name=Ann city=Ulm pet=Rex");
    put("2", "name=Bob city=Ulm");
    put("3", "name=Ann city=Bonn");
  }

  private static final Filter ANN = Filter.equal("name", "Ann");
  private static final Filter ULM = Filter.equal("city", "Ulm");
  private static final Filter REX = Filter.equal("pet", "Rex");

  @Test
  void whatIsIndexedIsLookedUp() {
    people();
    assertThat(ids(ANN)).containsExactly("1", "3");
    assertThat(ids(Filter.and(ANN, ULM))).containsExactly("1");
    assertThat(ids(Filter.or(ANN, ULM))).containsExactly("1", "2", "3");
    assertThat(ids(Filter.and(ANN, Filter.or(ULM, Filter.id("2"))))).containsExactly("1");
    assertThat(ids(Filter.id("2"))).containsExactly("2");
    assertThat(ids(Filter.and(Filter.id("2"), ANN))).isEmpty();
    assertThat(ids(Filter.and(Filter.all(), ANN))).containsExactly("1", "3");
    assertThat(ids(Filter.firstOf("city", List.of("Rome", "Bonn", "Ulm")))).containsExactly("3");
    assertThat(backend.calls).noneMatch(call -> call.startsWith("OfType"));
  }

  @Test
  void moreValuesThanAreWorthALookUpAreFoundByReadingTheType() {
    people();
    List<Filter> alternatives = new ArrayList<>(List.of(ANN));
    for (int i = 0; i < 5_000; i++) {
      alternatives.add(Filter.equal("city", "Nowhere" + i));
    }
    assertThat(ids(new Filter.Or(alternatives))).containsExactly("1", "3");
    assertThat(backend.calls).anyMatch(call -> call.startsWith("OfType"));
    backend.calls.clear();
    assertThat(ids(new Filter.Or(alternatives.subList(0, 1_000)))).containsExactly("1", "3");
    assertThat(backend.calls).noneMatch(call -> call.startsWith("OfType"));
  }

  @Test
  void onePartOfAnAndIsLookedUp() {
    people();
    assertThat(ids(Filter.and(Filter.or(ANN, ULM), Filter.equal("city", "Bonn"))))
        .containsExactly("3");
    assertThat(backend.calls).anyMatch(call -> call.contains("Bonn") && !call.contains("Ann"));
    backend.calls.clear();
    assertThat(ids(Filter.and(ANN, Filter.id("3")))).containsExactly("3");
    assertThat(backend.calls).contains("get").noneMatch(call -> call.contains("Ann"));
  }

  @Test
  void whatIsNotIndexedMatchesNothingAndCostsNothing() {
    people();
    put("4", "pet=Rex");
    assertThat(ids(REX)).isEmpty();
    assertThat(ids(Filter.and(ANN, REX))).isEmpty();
    assertThat(ids(Filter.or(ANN, REX))).containsExactly("1", "3");
    assertThat(ids(Filter.firstOf("pet", List.of("Rex")))).isEmpty();
    assertThat(ids(Filter.none())).isEmpty();
    assertThat(backend.calls).noneMatch(call -> call.startsWith("OfType"));
    assertThat(ids(Filter.equal("nam", "Ann"))).isEmpty();
  }

  @Test
  void whatHasItsValueAnywayIsFoundByReadingTheType() {
    people();
    Queries pets = new Queries(backend.hooked, new WordFields(), Set.of("pet"));
    assertThat(ids(pets.run(RecordQuery.of("t", REX)))).containsExactly("1");
    assertThat(ids(pets.run(RecordQuery.ofAllTypes(REX)))).containsExactly("1");
    assertThat(backend.calls).anyMatch(call -> call.startsWith("OfType"));
    backend.calls.clear();
    // One part that can be looked up is enough.
    assertThat(ids(pets.run(RecordQuery.of("t", Filter.and(REX, ANN))))).containsExactly("1");
    assertThat(backend.calls).noneMatch(call -> call.startsWith("OfType"));
  }

  @Test
  void theFirstOfSomeValuesIsTheTypesWhateverStandsBesideIt() {
    people();
    Filter bonnElseUlm = Filter.firstOf("city", List.of("Bonn", "Ulm"));
    assertThat(ids(Filter.and(bonnElseUlm, Filter.equal("name", "Bob")))).isEmpty();
    assertThat(ids(Filter.and(Filter.id("1"), bonnElseUlm))).isEmpty();
    assertThat(ids(Filter.or(Filter.id("1"), bonnElseUlm))).containsExactly("1", "3");
    assertThat(ids(Filter.firstOf("city", List.of("Ulm", "Bonn", "Ulm"))))
        .containsExactly("1", "2");
  }

  @Test
  void anIdThatCannotBeStoredIsAbsent() {
    put("1", "");
    assertThat(ids(Filter.or(Filter.id(""), Filter.id("\uD800"), Filter.id("\0"), Filter.id("1"))))
        .containsExactly("1");
    assertThat(ids(Filter.id("x".repeat(2_000)))).isEmpty();
  }

  @Test
  void rangesThatContainAnAddressComeLongestFirst() {
    index("range");
    put("b", "range=10.0.0.0/8");
    put("a", "range=10.1.0.0/16");
    put("c", "range=10.1.0.0/16");
    put("d", "range=0.0.0.0/0");
    put("e", "range=10.2.0.0/16");
    put("f", "range=::/0");
    AddressRange address = AddressRange.parse("10.1.2.3").orElseThrow();
    assertThat(ids(queries.containing("t", "range", address))).containsExactly("a", "c", "b", "d");
    assertThat(ids(queries.containing("t", "range", AddressRange.parse("::1").orElseThrow())))
        .containsExactly("f");
    assertThat(ids(address.longestIn("range"))).containsExactly("a", "c");
    assertThat(backend.calls).noneMatch(call -> call.startsWith("OfType"));
  }

  @Test
  void aConditionIsAskedOfWhatTheFilterMatches() {
    people();
    List<String> asked = new ArrayList<>();
    QueryResult result =
        queries.run(
            RecordQuery.of("t", ANN)
                .where(
                    record -> {
                      asked.add(record.id());
                      return record.id().equals("3");
                    }));
    assertThat(ids(result)).containsExactly("3");
    assertThat(result.total()).isEqualTo(1);
    assertThat(asked).containsExactlyInAnyOrder("1", "3");
  }

  @Test
  void aPageIsCutOutOfWhatIsFound() {
    for (int i = 0; i < 3_000; i++) {
      put(String.format(Locale.ROOT, "%04d", i * 7 % 3_000), "x".repeat(10));
    }
    RecordQuery all = RecordQuery.of("t", Filter.all());
    assertThat(ids(queries.run(all.page(0, 2)))).containsExactly("0000", "0001");
    assertThat(ids(queries.run(all.page(2_998, 5)))).containsExactly("2998", "2999");
    assertThat(ids(queries.run(all.page(3_000, 5)))).isEmpty();
    assertThat(queries.run(all.page(1, 0)).total()).isEqualTo(3_000);
    assertThat(ids(queries.run(all.page(1_500, Long.MAX_VALUE)))).hasSize(1_500).isSorted();
    long each = RecordQuery.RECORD_BYTES + 1 + 4 + 10;
    assertThat(ids(queries.run(all.page(10, 3).within(3 * each)))).hasSize(3);
    assertThatThrownBy(() -> queries.run(all.page(10, 4).within(3 * each)))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessage(
            "invalid-argument: limit is \"4\"; give at most 3 and continue by offset: more records"
                + " do not fit in an answer of 429 bytes");
    assertThat(ids(queries.run(all.page(10, 1).within(0)))).hasSize(1);
  }

  @Test
  void payloadsThatAreTooMuchToHoldAreFetchedAtTheEnd() {
    String payload = "x".repeat(1_000);
    for (int i = 0; i < 200; i++) {
      put(String.format(Locale.ROOT, "%03d", i * 7 % 200), payload + i * 7 % 200);
    }
    RecordQuery query = RecordQuery.of("t", Filter.all()).page(50, 100);
    Page page = new Page(query, 10_000);
    try (Candidates candidates = Candidates.whole(backend.bare, "t", () -> {})) {
      candidates.records().forEachRemaining(page::add);
      List<StoredRecord> records = page.records(candidates);
      assertThat(records).hasSize(100);
      assertThat(records).extracting(StoredRecord::id).isSorted().startsWith("050", "051");
      assertThat(records.get(3).payload().toUtf8()).isEqualTo(payload + 53);
      assertThat(page.total()).isEqualTo(200);
    }
  }

  @Test
  void negativeNumbersAreRefused() {
    RecordQuery all = RecordQuery.ofAllTypes(Filter.all());
    assertThatThrownBy(() -> all.page(-1, 0)).hasMessageContaining("offset is \"-1\"");
    assertThatThrownBy(() -> all.page(0, -1)).hasMessageContaining("limit is \"-1\"");
  }
}

package io.databroker.host.query;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.api.Backend;
import io.databroker.api.Bytes;
import io.databroker.api.ChangeFeed;
import io.databroker.api.Changes;
import io.databroker.api.Position;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import io.databroker.api.support.ForwardingFeed;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** An answer is consistent at one version, whatever is written meanwhile. */
class QueriesBesideWritesTest {
  private final HookedBackend backend = new HookedBackend(new WordFields());
  private final Queries queries = new Queries(backend.hooked, new WordFields());

  @AfterEach
  void close() {
    backend.close();
  }

  private void put(String id, String payload) {
    var unused = backend.bare.put(List.of(Write.put("t", id, Bytes.utf8(payload))));
  }

  private void delete(String id) {
    var unused = backend.bare.put(List.of(Write.delete("t", id)));
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

  private void people() {
    index("name", "city");
    put("1", "name=Ann city=Ulm pet=Rex");
    put("2", "name=Bob city=Ulm");
    put("3", "name=Ann city=Bonn");
  }

  private static final Filter ANN = Filter.equal("name", "Ann");
  private static final Filter REX = Filter.equal("pet", "Rex");

  /**
   * Writes come between the calls of a query; its answer is the state at the version that it names.
   */
  @Test
  void anAnswerIsAsOfItsVersionWhateverComesBetween() {
    long seed = new Random().nextLong();
    System.out.println("writes between the calls of a query: seed " + seed);
    Random random = new Random(seed);
    AtomicInteger between = new AtomicInteger();
    index("name");
    List<String> ids = List.of("1", "2", "3", "4");
    for (int i = 0; i < 2_000; i++) {
      backend.hook =
          method -> {
            while (random.nextInt(2) == 0) {
              between.incrementAndGet();
              String id = ids.get(random.nextInt(ids.size()));
              int kind = random.nextInt(3);
              if (kind == 0) {
                var unused = backend.bare.put(List.of(Write.put("u", id, Bytes.EMPTY)));
              } else if (kind == 1) {
                put(id, "name=" + (random.nextBoolean() ? "Ann" : "Bob"));
              } else {
                delete(id);
              }
            }
          };
      Filter filter =
          switch (random.nextInt(4)) {
            case 0 -> Filter.id("1");
            case 1 -> Filter.or(Filter.id("1"), Filter.id("2"), Filter.id("9"));
            case 2 -> Filter.or(Filter.id("1"), ANN);
            default -> Filter.and(Filter.or(Filter.id("1"), Filter.id("3")), ANN);
          };
      QueryResult result = queries.run(RecordQuery.of("t", filter));
      backend.hook = method -> {};
      List<String> expected = new ArrayList<>();
      liveAt(result.position())
          .forEach(
              (id, record) -> {
                boolean ann = record.payload().toUtf8().equals("name=Ann");
                if (MatcherTest.brute(filter, id, ann ? Map.of("name", "Ann") : Map.of())) {
                  expected.add(id + " " + record.version());
                }
              });
      assertThat(result.records())
          .as("seed %d, query %d: %s", seed, i, filter)
          .extracting(record -> record.id() + " " + record.version())
          .isEqualTo(expected);
    }
    System.out.println("writes that came between: " + between);
    assertThat(between).hasValueGreaterThan(1_000);
  }

  private Map<String, StoredRecord> liveAt(Position position) {
    Map<String, StoredRecord> live = new TreeMap<>();
    try (ChangeFeed feed = backend.bare.changes(backend.bare.versions().begin(), null)) {
      Changes changes = feed.poll();
      while (changes != null && changes.position().version() <= position.version()) {
        for (StoredRecord record : changes.records()) {
          if (!record.type().equals("t")) {
            continue;
          }
          if (record.deleted()) {
            live.remove(record.id());
          } else {
            live.put(record.id(), record);
          }
        }
        changes = feed.poll();
      }
    }
    return live;
  }

  @Test
  void indexesAreThoseInForceAtTheVersion() {
    people();
    before("snapshot", () -> index("city"));
    assertThat(ids(ANN)).isEmpty();
    before("snapshot", () -> index("name"));
    assertThat(ids(ANN)).containsExactly("1", "3");
    before("snapshot", () -> index("name", "pet"));
    assertThat(ids(Filter.or(REX, Filter.id("2")))).containsExactly("1", "2");
  }

  /** Once. */
  private void before(String method, Runnable action) {
    backend.hook =
        called -> {
          if (called.equals(method)) {
            backend.hook = later -> {};
            action.run();
          }
        };
  }

  /** A feed of a shared backend delivers nothing while its engine is away. */
  @Test
  void aFeedThatLagsBehindTheSnapshotMakesNoOldRecordPassForANewOne() {
    Backend lagging =
        (Backend)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {Backend.class},
                (proxy, method, arguments) -> {
                  Object answer = method.invoke(backend.hooked, arguments);
                  return answer instanceof ChangeFeed feed ? silent(feed) : answer;
                });
    put("1", "old");
    before("snapshot", () -> put("1", "new"));
    QueryResult found =
        new Queries(lagging, new WordFields()).run(RecordQuery.of("t", Filter.id("1")));
    assertThat(found.position().version()).isEqualTo(2);
    assertThat(found.records().get(0).payload()).isEqualTo(Bytes.utf8("new"));
  }

  private static ChangeFeed silent(ChangeFeed feed) {
    return new ForwardingFeed(feed) {
      @Override
      public Changes poll() {
        return null;
      }
    };
  }

  @Test
  void aClearOrATrimBetweenDoesNotMatter() {
    people();
    before(
        "snapshot",
        () -> {
          put("1", "name=Bob");
          assertThat(backend.bare.trim(Instant.MAX.minusSeconds(1))).isEqualTo(4);
        });
    assertThat(ids(Filter.id("1"))).containsExactly("1");
    before("snapshot", backend.bare::clear);
    QueryResult result = queries.run(RecordQuery.of("t", Filter.id("1")));
    assertThat(result.records()).isEmpty();
    assertThat(result.position().serverVersion())
        .isEqualTo(backend.bare.versions().serverVersion());
    // After repeated interruptions, the query reads the whole type.
    put("1", "");
    backend.hook =
        called -> {
          if (called.equals("changes") || called.equals("get")) {
            var unused = backend.bare.clear();
            put("1", "");
          }
        };
    assertThat(ids(Filter.id("1"))).containsExactly("1");
    assertThat(backend.calls).anyMatch(call -> call.startsWith("OfType"));
  }
}

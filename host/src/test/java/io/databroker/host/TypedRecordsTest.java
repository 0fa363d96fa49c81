package io.databroker.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.databroker.api.BackendContext;
import io.databroker.api.Bytes;
import io.databroker.api.Condition;
import io.databroker.api.ConditionFailedException;
import io.databroker.api.FieldExtractor;
import io.databroker.api.InvalidArgumentException;
import io.databroker.api.Position;
import io.databroker.api.PutResult;
import io.databroker.api.Write;
import io.databroker.host.query.Filter;
import io.databroker.host.query.Queries;
import io.databroker.host.query.RecordQuery;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TypedRecordsTest {
  private final Intercepted store = Intercepted.open(BackendContext.standard());
  private final TypedRecords<Integer> counters =
      new TypedRecords<>(
          store.backend,
          "counter",
          Codec.of(value -> Bytes.utf8("" + value), bytes -> Integer.valueOf(bytes.toUtf8())));

  @AfterEach
  void close() {
    store.real.close();
  }

  @Test
  void whatIsPutIsReadBackAsAnEqualValue() {
    TypedRecord<Integer> stored = counters.put("a", 7);
    assertThat(counters.get("a")).isEqualTo(stored);
    assertThat(stored.value()).isEqualTo(7);
    assertThat(stored.id()).isEqualTo("a");
    assertThat(stored.version()).isEqualTo(1);
    assertThat(stored.deleted()).isFalse();
    assertThat(stored.stored()).isEqualTo(store.real.get("counter", "a"));
    assertThat(counters.get("b")).isNull();
    assertThat(counters.delete("a")).isTrue();
    assertThat(counters.delete("a")).isFalse();
    assertThat(counters.get("a")).isNull();
  }

  @Test
  void conditionsHoldOrNothingChanges() {
    long version = counters.putIfAbsent("a", 1).version();
    assertThatExceptionOfType(ConditionFailedException.class)
        .isThrownBy(() -> counters.putIfAbsent("a", 2));
    assertThatExceptionOfType(ConditionFailedException.class)
        .isThrownBy(() -> counters.putIfVersion("a", 2, version + 1));
    assertThatExceptionOfType(ConditionFailedException.class)
        .isThrownBy(() -> counters.deleteIfVersion("a", version + 1));
    assertThat(counters.get("a")).extracting(TypedRecord::value).isEqualTo(1);
    counters.putIfVersion("a", 3, version);
    counters.deleteIfVersion("a", version + 1);
    assertThat(counters.get("a")).isNull();
  }

  @Test
  void writesOfSeveralTypesShareABatch() {
    TypedRecords<String> names =
        new TypedRecords<>(store.backend, "name", Codec.of(Bytes::utf8, Bytes::toUtf8));
    counters.put("b", 1);
    PutResult result =
        store.backend.put(
            List.of(
                counters.toPut("a", 7),
                names.toPut("a", "Ann").when(Condition.ABSENT),
                counters.toDelete("b")));
    assertThat(counters.decode(result))
        .extracting(TypedRecord::id, TypedRecord::value, TypedRecord::deleted)
        .containsExactly(tuple("a", 7, false), tuple("b", 1, true));
    assertThat(names.decode(result)).extracting(TypedRecord::value).containsExactly("Ann");
  }

  @Test
  void queriesReturnDecodedRecordsOfTheTypeAlone() {
    for (int i = 0; i < 10; i++) {
      counters.put("" + i, i);
    }
    store.backend.put(List.of(Write.put("other", "3", Bytes.utf8("?"))));
    Queries queries = new Queries(store.backend, FieldExtractor.NONE);
    TypedQueryResult<Integer> found =
        counters.find(
            queries,
            RecordQuery.of("counter", Filter.and()).where(it -> it.version() > 3).page(1, 2));
    assertThat(found.records()).extracting(TypedRecord::value).containsExactly(4, 5);
    assertThat(found.total()).isEqualTo(7);
    assertThat(found.position()).isEqualTo(store.real.versions().end());
    assertThat(counters.find(queries, Filter.and()).total()).isEqualTo(10);
    assertThatExceptionOfType(InvalidArgumentException.class)
        .isThrownBy(() -> counters.find(queries, RecordQuery.ofAllTypes(Filter.and())));
  }

  @Test
  void concurrentUpdatesLoseNothing() throws Exception {
    int threads = 4;
    int rounds = 200;
    AtomicInteger changes = new AtomicInteger();
    CyclicBarrier allHaveRead = new CyclicBarrier(threads);
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        running.add(
            pool.submit(
                () -> {
                  for (int n = 0; n < rounds; n++) {
                    AtomicBoolean first = new AtomicBoolean(true);
                    counters.update(
                        "a",
                        number -> {
                          changes.incrementAndGet();
                          if (first.getAndSet(false)) {
                            await(allHaveRead);
                          }
                          return number == null ? 1 : number + 1;
                        });
                  }
                }));
      }
      for (Future<?> future : running) {
        future.get(60, TimeUnit.SECONDS);
      }
    } finally {
      pool.shutdownNow();
    }
    assertThat(counters.get("a").value()).isEqualTo(threads * rounds);
    int overlaps = changes.get() - threads * rounds;
    assertThat(overlaps)
        .as("updates with a concurrent update in between, of %d", threads * rounds)
        .isGreaterThanOrEqualTo(rounds);
    System.out.println("overlapping updates: " + overlaps + " of " + threads * rounds);
  }

  private static void await(CyclicBarrier barrier) {
    try {
      barrier.await(60, TimeUnit.SECONDS);
    } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void anUpdateThatAlwaysLosesGivesUp() {
    AtomicInteger made = new AtomicInteger();
    assertThatExceptionOfType(ConditionFailedException.class)
        .isThrownBy(
            () ->
                counters.update(
                    "a",
                    value -> {
                      made.incrementAndGet();
                      counters.put("a", -1);
                      return 5;
                    }));
    assertThat(made).hasValue(100);
    assertThat(counters.get("a")).extracting(TypedRecord::value).isEqualTo(-1);
  }

  @Test
  void anUpdateThatFailsOrGivesNothingChangesNothing() {
    counters.put("a", 1);
    assertThatThrownBy(
            () ->
                counters.update(
                    "a",
                    value -> {
                      throw new IllegalStateException("no");
                    }))
        .hasMessage("no");
    assertThatNullPointerException()
        .isThrownBy(() -> counters.update("a", value -> nothing()))
        .withMessage("value");
    assertThat(counters.get("a")).extracting(TypedRecord::version).isEqualTo(1L);
  }

  @SuppressWarnings("NullAway") // an update function that returns null
  private static Integer nothing() {
    return null;
  }

  @Test
  void anUndecodableRecordIsThereAndNamed() {
    counters.put("good", 1);
    store.real.put(List.of(Write.put("counter", "bad", Bytes.utf8("many"))));
    TypedRecord<Integer> bad = counters.get("bad");
    assertThat(bad).isNotNull();
    assertThat(bad.isDecodable()).isFalse();
    assertThat(bad.version()).isEqualTo(2);
    assertThat(bad.toString()).contains("bad", "version 2");
    assertThatThrownBy(bad::value)
        .isInstanceOfSatisfying(
            UndecodableRecordException.class,
            e -> {
              assertThat(e.type()).isEqualTo("counter");
              assertThat(e.id()).isEqualTo("bad");
              assertThat(e.version()).isEqualTo(2);
              assertThat(e).hasCauseInstanceOf(NumberFormatException.class);
              assertThat(e.getMessage()).contains("(\"counter\", \"bad\") of version 2, 4 bytes");
            });
    assertThatExceptionOfType(UndecodableRecordException.class)
        .isThrownBy(() -> counters.update("bad", value -> 1));
    try (TypedSnapshot<Integer> snapshot = counters.snapshot()) {
      List<String> seen = new ArrayList<>();
      snapshot.forEach(it -> seen.add(it.id() + it.isDecodable()));
      assertThat(seen).containsExactlyInAnyOrder("goodtrue", "badfalse");
    }
    counters.put("bad", 2);
    assertThat(counters.get("bad")).extracting(TypedRecord::value).isEqualTo(2);
  }

  @Test
  void aSnapshotAndTheFeedBehindItTellEverythingOnce() throws InterruptedException {
    counters.put("a", 1);
    store.real.put(List.of(Write.put("other", "x", Bytes.EMPTY)));
    Position position;
    try (TypedSnapshot<Integer> snapshot = counters.snapshot()) {
      position = snapshot.position();
      counters.put("a", 2);
      assertThat(snapshot).singleElement().extracting(TypedRecord::value).isEqualTo(1);
      assertThat(snapshot).as("a second pass").hasSize(1);
    }
    store.real.put(
        List.of(
            Write.put("other", "y", Bytes.EMPTY),
            Write.put("counter", "b", Bytes.utf8("3")),
            Write.delete("counter", "a")));
    try (TypedFeed<Integer> feed = counters.changes(position)) {
      assertThat(feed.next().records()).extracting(TypedRecord::value).containsExactly(2);
      TypedChanges<Integer> batch = feed.next();
      assertThat(batch.records()).extracting(TypedRecord::value).containsExactly(3, 2);
      assertThat(batch.records()).extracting(TypedRecord::deleted).containsExactly(false, true);
      assertThat(batch.position().version()).isEqualTo(6);
      assertThat(feed.next(Duration.ZERO)).isNull();
      store.real.put(List.of(Write.put("other", "z", Bytes.EMPTY)));
      assertThat(feed.next()).matches(TypedChanges::isBookmark);
    }
  }

  @Test
  void changesOfAllTypesAreDecodedWithoutThoseOfOthers() {
    store.real.put(
        List.of(Write.put("other", "y", Bytes.EMPTY), Write.put("counter", "b", Bytes.utf8("3"))));
    try (var feed = store.real.changes(store.real.versions().begin(), null)) {
      TypedChanges<Integer> changes = counters.decode(feed.poll());
      assertThat(changes.records()).extracting(TypedRecord::id).containsExactly("b");
      assertThat(changes.position().version()).isEqualTo(2);
    }
  }

  /** A replacement character would become part of the value, and an update would store it. */
  @Test
  void bytesThatAreNoTextAreNotChangedByAnUpdate() {
    TypedRecords<String> names = new TypedRecords<>(store.backend, "name", Codec.utf8());
    Bytes latin1 = Bytes.copyOf(new byte[] {'Z', 'o', (byte) 0xEB});
    store.real.put(List.of(Write.put("name", "1", latin1)));
    assertThat(names.get("1").isDecodable()).isFalse();
    assertThatThrownBy(() -> names.update("1", name -> name + "!"))
        .isInstanceOf(UndecodableRecordException.class);
    assertThat(store.real.get("name", "1").payload()).isEqualTo(latin1);
    assertThatThrownBy(() -> names.put("1", "Zo\uD834")).isInstanceOf(RuntimeException.class);
    assertThat(names.put("1", "Zo\u00EB \uD834\uDD1E").value()).isEqualTo("Zo\u00EB \uD834\uDD1E");
  }
}

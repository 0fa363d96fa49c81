package io.databroker.host.cache;

import static io.databroker.host.cache.QuietCaches.PATIENCE;
import static io.databroker.host.cache.QuietCaches.QUICK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.databroker.api.Bytes;
import io.databroker.api.ClosedException;
import io.databroker.api.FieldExtractor;
import io.databroker.api.UnavailableException;
import io.databroker.api.Write;
import io.databroker.host.Codec;
import io.databroker.host.TypedRecord;
import io.databroker.host.TypedRecords;
import io.databroker.host.query.HookedBackend;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(QuietCaches.class)
class TypedCacheTest {
  private final HookedBackend store = new HookedBackend(FieldExtractor.NONE);
  private final TypedRecords<Integer> counters =
      new TypedRecords<>(
          store.hooked,
          "counter",
          Codec.of(value -> Bytes.utf8("" + value), bytes -> Integer.valueOf(bytes.toUtf8())));
  private final BlockingQueue<String> told = new LinkedBlockingQueue<>();

  @AfterEach
  void close() {
    store.close();
  }

  private TypedCache<Integer> open() {
    return TypedCache.open(
        counters,
        changes -> told.add(changes.stream().map(TypedCacheTest::show).toList() + ""),
        QUICK);
  }

  private static String show(CacheChange<Integer> change) {
    return change.id() + ":" + value(change.before()) + ">" + value(change.after());
  }

  private static Object value(TypedRecord<Integer> record) {
    return record == null ? "-" : record.value();
  }

  private String next() throws InterruptedException {
    String next = told.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    assertThat(next).as("the listener is told in time").isNotNull();
    return next;
  }

  private static Map<String, Integer> values(TypedCache<Integer> cache) {
    Map<String, Integer> values = new TreeMap<>();
    cache.view().records().forEach((id, record) -> values.put(id, record.value()));
    return values;
  }

  private void awaitLatest(TypedCache<Integer> cache) throws InterruptedException {
    assertThat(cache.await(store.bare.versions().latest(), PATIENCE)).isTrue();
  }

  @Test
  void itHoldsTheTypeAndFollowsItsChanges() throws InterruptedException {
    counters.put("a", 1);
    store.bare.put(List.of(Write.put("other", "x", Bytes.utf8("?"))));
    try (TypedCache<Integer> cache = open()) {
      assertThat(next()).isEqualTo("[a:->1]");
      assertThat(values(cache)).isEqualTo(Map.of("a", 1));

      long version = counters.put("b", 2).version();
      assertThat(cache.await(version, PATIENCE)).isTrue();
      assertThat(cache.get("b")).extracting(TypedRecord::value).isEqualTo(2);
      assertThat(next()).isEqualTo("[b:->2]");

      store.bare.put(
          List.of(counters.toPut("a", 3), counters.toPut("a", 4), counters.toDelete("b")));
      awaitLatest(cache);
      assertThat(next()).isEqualTo("[a:1>3, a:3>4, b:2>-]");
      assertThat(cache.get("b")).isNull();
      assertThat(cache.view().position()).isEqualTo(store.bare.versions().end());
      assertThat(cache.failure()).isNull();
    }
  }

  @Test
  void aClearAndATrimLoseNothing() throws InterruptedException {
    counters.put("a", 1);
    counters.put("b", 1);
    CountDownLatch written = new CountDownLatch(1);
    try (TypedCache<Integer> cache =
        TypedCache.open(
            counters,
            changes -> {
              told.add(changes.stream().map(TypedCacheTest::show).sorted().toList() + "");
              try {
                if (told.size() > 1 && !written.await(30, TimeUnit.SECONDS)) {
                  told.add("waited in vain");
                }
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            QUICK)) {
      counters.put("a", 2); // the listener blocks the cache, so that the cache falls behind
      counters.put("a", 3);
      store.bare.trim(Instant.MAX);
      store.bare.clear();
      counters.put("b", 9);
      store.bare.trim(Instant.MAX);
      written.countDown();
      awaitLatest(cache);
      assertThat(values(cache)).isEqualTo(Map.of("b", 9));
      Map<String, String> followed = new TreeMap<>();
      while (!followed.equals(Map.of("b", "9"))) { // the listener's calls give the same state
        for (String change : next().replaceAll("[\\[\\]]", "").split(", ", -1)) {
          String id = change.replaceAll(":.*", "");
          String after = change.replaceAll(".*>", "");
          followed.remove(id);
          if (!after.equals("-")) {
            followed.put(id, after);
          }
        }
      }
    }
  }

  @Test
  void itKeepsItsContentWhileTheBackendIsAwayAndGoesOnAfterwards() throws InterruptedException {
    counters.put("a", 1);
    AtomicInteger refused = new AtomicInteger();
    CountDownLatch tried = new CountDownLatch(3);
    try (TypedCache<Integer> cache = open()) {
      assertThat(next()).isEqualTo("[a:->1]");
      store.hook =
          method -> {
            if (method.equals("changes") || method.equals("snapshot")) {
              refused.incrementAndGet();
              tried.countDown();
              throw new UnavailableException("the engine is away", null);
            }
          };
      store.bare.clear();
      assertThat(tried.await(30, TimeUnit.SECONDS)).isTrue();
      assertThat(cache.failure()).isInstanceOf(UnavailableException.class);
      assertThat(values(cache)).isEqualTo(Map.of("a", 1));
      store.hook = method -> {};
      counters.put("a", 2);
      awaitLatest(cache);
      assertThat(values(cache)).isEqualTo(Map.of("a", 2));
      assertThat(refused).hasValueGreaterThanOrEqualTo(3);
    }
  }

  @Test
  void aListenerThatThrowsGetsTheNextChanges() throws InterruptedException {
    try (TypedCache<Integer> cache =
        TypedCache.open(
            counters,
            changes -> {
              told.add(show(changes.get(0)));
              throw new IllegalStateException("a careless listener");
            })) {
      counters.put("a", 1);
      counters.put("a", 2);
      awaitLatest(cache);
      assertThat(next()).isEqualTo("a:->1");
      assertThat(next()).isEqualTo("a:1>2");
    }
  }

  @Test
  void closingEndsWaitsAndLeavesTheContent() throws Exception {
    counters.put("a", 1);
    TypedCache<Integer> cache = open();
    List<Boolean> answers = new ArrayList<>();
    Thread waiter =
        new Thread(
            () -> {
              try {
                answers.add(cache.await(1_000, PATIENCE));
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    waiter.start();
    cache.close();
    cache.close();
    waiter.join(PATIENCE.toMillis());
    assertThat(answers).containsExactly(false);
    assertThat(values(cache)).isEqualTo(Map.of("a", 1));
    assertThat(cache.failure()).isNull();
  }

  @Test
  void aClosedBackendEndsTheCacheAndIsReported() throws InterruptedException {
    TypedCache<Integer> cache = open();
    store.bare.close();
    assertThat(cache.await(1, PATIENCE)).isFalse();
    assertThat(cache.failure()).isInstanceOf(ClosedException.class);
    assertThatExceptionOfType(ClosedException.class).isThrownBy(this::open);
  }

  @Test
  void readersSeeABatchCompletelyOrNotAtAll() throws InterruptedException {
    store.bare.put(List.of(counters.toPut("a", 0), counters.toPut("b", 0)));
    try (TypedCache<Integer> cache = open()) {
      int seen = 0;
      int written = 0;
      for (int i = 1; i <= 200_000 && seen < 500; i++) {
        store.bare.put(List.of(counters.toPut("a", i), counters.toPut("b", i)));
        Map<String, Integer> values = values(cache);
        assertThat(values.get("a")).isEqualTo(values.get("b"));
        seen += values.get("a") > 0 ? 1 : 0;
        written = i;
      }
      awaitLatest(cache);
      assertThat(values(cache)).isEqualTo(Map.of("a", written, "b", written));
      assertThat(seen).as("views beside writes").isEqualTo(500);
    }
  }
}

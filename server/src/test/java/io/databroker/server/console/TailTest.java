package io.databroker.server.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.databroker.api.Backend;
import io.databroker.api.Bytes;
import io.databroker.api.Write;
import io.databroker.host.Databroker;
import io.databroker.server.fixture.Waiting;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The tail, with its thread and its clock in the hand of the test. */
class TailTest {
  private final Databroker broker =
      Databroker.builder().backend("inmemory").housekeepEvery(Duration.ofDays(1)).open();
  private final Backend backend = broker.backend();
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final AtomicLong clock = new AtomicLong();
  private final Rates rates = new Rates(clock::get);
  private final Tail tail = new Tail(backend, tasks::add, clock::get, rates);

  @AfterEach
  void close() {
    broker.close();
  }

  private void put(int from, int to) {
    List<Write> batch = new ArrayList<>();
    for (int i = from; i < to; i++) {
      batch.add(Write.put("t", "id" + i, Bytes.utf8("x")));
    }
    backend.put(batch);
  }

  /** Runs the tasks until the tail waits for its signal. */
  private void run() {
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      task.run();
    }
  }

  private JsonArray rows(long after) {
    return tail.json(after).getAsJsonArray("changes");
  }

  private static String gap(JsonArray rows, int index) {
    JsonObject row = rows.get(index).getAsJsonObject();
    return row.has("gap") ? row.get("gap").getAsString() : "";
  }

  private void awaitSignal() throws Exception {
    Waiting.until(() -> tasks.peek() != null);
  }

  @Test
  void itBeginsWithTheLastChangesAndFollows() throws Exception {
    for (int i = 0; i < 150; i++) {
      put(i, i + 1);
    }
    tail.look();
    run();
    assertThat(rows(0)).hasSize(100);
    assertThat(rates.of("t")).as("changes of before count as no rate").isZero();
    put(500, 503);
    awaitSignal();
    run();
    assertThat(rows(100)).hasSize(3);
    assertThat(rates.of("t")).isEqualTo(3);
  }

  @Test
  void itEndsWhenNobodyLooksAndSaysWhatItLeftOut() throws Exception {
    put(0, 1);
    tail.look();
    run();
    clock.addAndGet(Duration.ofMinutes(1).toNanos());
    put(1, 2);
    awaitSignal();
    run();
    assertThat(rows(0)).as("it has ended").hasSize(1);
    for (int i = 0; i < 400; i++) {
      put(i, i + 1);
    }
    assertThat(tasks).isEmpty();
    tail.look();
    run();
    JsonArray rows = rows(1);
    assertThat(gap(rows, 0)).isEqualTo("301 changes are not shown");
    assertThat(rows).hasSize(101);
  }

  @Test
  void itSkipsToTheEndWhenItIsFarBehind() throws Exception {
    put(0, 1);
    tail.look();
    run();
    for (int i = 0; i < 300; i++) {
      put(0, 1);
    }
    for (int i = 0; i < 40; i++) {
      put(0, 1_000);
    }
    awaitSignal();
    run();
    assertThat(rows(0)).hasSize(258);
    assertThat(gap(rows(0), 257)).isEqualTo("40044 changes are not shown");
    put(7, 8);
    awaitSignal();
    run();
    assertThat(rows(258)).hasSize(1);
  }

  @Test
  void afterAnyFailureOfTheBackendItBeginsAnewAtTheNextLook() {
    AtomicBoolean fails = new AtomicBoolean(true);
    Backend unreliable =
        (Backend)
            Proxy.newProxyInstance(
                TailTest.class.getClassLoader(),
                new Class<?>[] {Backend.class},
                (proxy, method, arguments) -> {
                  if (fails.get()) {
                    throw new IllegalStateException("a defect of the backend");
                  }
                  return method.invoke(backend, arguments);
                });
    Tail survivor = new Tail(unreliable, tasks::add, clock::get, rates);
    put(0, 1);
    survivor.look();
    run();
    fails.set(false);
    survivor.look();
    run();
    assertThat(survivor.json(0).getAsJsonArray("changes")).hasSize(1);
  }

  @Test
  void aNewHistoryBeginsAnew() throws Exception {
    put(0, 2);
    tail.look();
    run();
    backend.clear();
    put(7, 8);
    awaitSignal();
    run();
    tail.look();
    run();
    JsonArray rows = rows(0);
    assertThat(gap(rows, 0)).contains("new history");
    assertThat(rows).hasSize(2);
  }
}

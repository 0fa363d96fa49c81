package io.databroker.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The harness measures, pairs turns and reports. No test asserts a speed. */
class HarnessTest {
  /**
   * Turns are ten ticks of the processor clock long: a turn of one tick may seem to have done
   * nothing.
   */
  private static final Measurement TINY = new Measurement(0, 1, 2, 100, List.of());

  @Test
  void everyWantedRowIsMeasuredAndTold() throws Exception {
    ByteArrayOutputStream told = new ByteArrayOutputStream();

    Run run =
        new Run(
            TINY,
            name ->
                name.equals("in-memory get, 1 thread") || name.equals("in-memory put, batch of 8"),
            new PrintStream(told, true, StandardCharsets.UTF_8));
    run.compare(Catalogue.of(1_000));

    List<Outcome> outcomes = run.outcomes();
    assertThat(run.end()).isZero();
    assertThat(outcomes).hasSize(7);
    assertThat(outcomes)
        .allSatisfy(
            it -> {
              assertThat(it.ratios()).hasSize(2);
              assertThat(it.ours()).isPositive();
              assertThat(it.other()).isPositive();
            });
    assertThat(told.toString(StandardCharsets.UTF_8))
        .contains("in-memory get, 1 thread")
        .contains("in-memory put, batch of 8");
    assertThat(Json.of(outcomes)).contains("\"row\": \"in-memory get, 1 thread\"");
  }

  @Test
  void eachTurnIsPairedWithTheReferenceTurnBesideIt() {
    double[][] times = {{10, 20, 30}, {20, 20, 20}};
    double[][] bytes = {{1, 1, 1}, {2, 2, 2}};

    Outcome throughput =
        Outcome.of(Row.of("row", "other", "call", 1, Target.atLeast(1.0)), times, bytes);
    Outcome time =
        Outcome.of(Row.of("row", "other", "call", 1, Target.atMost(0.9)).per(1, 2), times, bytes);

    assertThat(throughput.ratios()).containsExactly(2.0, 1.0, 2.0 / 3);
    assertThat(throughput.ratio()).isEqualTo(1.0);
    assertThat(throughput.verdict()).as("0.83 to 1.5").isEqualTo("met, barely");
    assertThat(time.ratios()).containsExactly(1.0, 2.0, 3.0);
    assertThat(time.other()).isCloseTo(10, within(1e-9));
    assertThat(time.verdict()).isEqualTo("missed");
  }

  @Test
  void everySideDoesTheSameWork() {
    Workload workload = new Workload(1_000);
    for (String name :
        List.of(
            Stores.IN_MEMORY,
            Stores.MAPS,
            Stores.RECORDS,
            Stores.TREES,
            Stores.CAFFEINE,
            Stores.OFF_HEAP,
            Stores.CACHED,
            Stores.CHRONICLE,
            Stores.PLACES,
            Stores.MVSTORE,
            Stores.ROCKSDB,
            Stores.LMDB,
            Stores.MAPDB)) {
      try (Store store = Stores.open(name, 1_000)) {
        long sum = 0;
        for (int from = 0; from < 1_000; from += Workload.BATCH) {
          Workload.Batch batch = workload.putBatch(from, Workload.BATCH);
          store.put(batch);
          sum += (long) Workload.BATCH * Store.touch(batch.payload);
        }

        assertThat(store.scan()).as(name).isEqualTo(sum);
        assertThat(store.changes(null)).as(name).isEqualTo(sum);
        long byType = 0;
        for (String type : workload.types) {
          byType += store.changes(type);
        }
        assertThat(byType).as(name).isEqualTo(sum);
        long got = 0;
        for (int i = 0; i < 1_000; i++) {
          got += store.get(workload.probedType(i), workload.probedId(i));
        }
        assertThat(got).as(name).isEqualTo(sum);
      }
    }
  }

  @Test
  void zipfDrawsTheFirstKeysMostAndEachKeyInItsTurn() {
    int[] counts = new int[1_000];
    for (int draw : Zipf.draws(1_000, 1 << 20, new Random(1))) {
      counts[draw]++;
    }
    assertThat((double) counts[0] / counts[1]).isCloseTo(Math.pow(2, 0.99), within(0.05));
    assertThat((double) counts[0] / counts[9]).isCloseTo(Math.pow(10, 0.99), within(0.5));
    assertThat(counts).doesNotContain(0);
  }

  @Test
  void everySideFindsTheSameByValueAndByAddress() {
    for (String backend : List.of(Stores.IN_MEMORY, Stores.OFF_HEAP)) {
      try (LookUp ours = ValueLookUps.ours(backend, 1_000);
          LookUp bare = ValueLookUps.bare(1_000)) {
        assertThat(found(ours)).as(backend + ", by value").isEqualTo(found(bare));
      }
      try (LookUp ours = AddressLookUps.ours(backend, 1_000);
          LookUp bare = AddressLookUps.bare(1_000)) {
        assertThat(found(ours)).as(backend + ", by address").isEqualTo(found(bare));
      }
    }
  }

  private static List<Long> found(LookUp lookUp) {
    return IntStream.range(0, 1_000).mapToObj(lookUp::find).toList();
  }
}

package io.databroker.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RunTest {
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
  private final Run run =
      new Run(
          new Measurement(0, 1, 1, 10, List.of()),
          name -> !name.startsWith("unwanted"),
          new PrintStream(printed, true, StandardCharsets.UTF_8));

  private static Row row(String name) {
    return Row.of(name, "maps", "get", -1, Target.nanos(10));
  }

  private static Outcome outcome(String name) {
    return Outcome.of(row(name), new double[][] {{1}}, new double[][] {{1}});
  }

  @Test
  void aRunWhoseRowsWereAllMeasuredEndsWithZero() {
    run.part(List.of("a", "unwanted"), (measurement, wanted, told) -> told.accept(outcome("a")));

    assertThat(run.end()).isZero();
    assertThat(run.outcomes()).hasSize(1);
    assertThat(printed.toString(StandardCharsets.UTF_8)).doesNotContain("FAILED");
  }

  @Test
  void aRunGoesOnAfterAFailureAndListsTheFailedRowsAtItsEnd() {
    run.compare(
        List.of(
            new Comparison(
                "no.such.Benchmark", 2, 1, false, true, Map.of(), List.of(row("first")))));
    run.part(
        List.of("second", "third", "unwanted"),
        (measurement, wanted, told) -> {
          told.accept(outcome("second"));
          throw new IOException("no server");
        });
    run.part(List.of("silent"), (measurement, wanted, told) -> {});
    run.part(List.of("last"), (measurement, wanted, told) -> told.accept(outcome("last")));

    assertThat(run.end()).isEqualTo(1);
    assertThat(run.outcomes()).extracting(it -> it.row().name()).containsExactly("second", "last");
    assertThat(printed.toString(StandardCharsets.UTF_8).lines())
        .contains("java.io.IOException: no server")
        .endsWith("FAILED, with the causes above:", "  first", "  third", "  silent");
  }

  @Test
  void aRunWithoutAWantedRowIsEmpty() {
    run.part(List.of("unwanted"), (measurement, wanted, told) -> told.accept(outcome("unwanted")));

    assertThat(run.isEmpty()).isTrue();
  }
}

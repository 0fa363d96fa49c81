package io.databroker.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ChangeTest {
  private static final Figures.Key ROW = new Figures.Key("get", "maps");

  @Test
  void figuresAreReadBackFromTheJsonOfARun() {
    Row beside = Row.of("in-memory get, 1 thread", "maps, \"bare\"", "get", 1, Target.atLeast(0.8));
    Row alone = Row.of("listTypes", "-", "call", -1, Target.nanos(10));
    double[][] times = {{10, 20, 30}, {40, 40, 40}};
    String json =
        Json.of(
            List.of(
                Outcome.of(alone, times, new double[2][0]),
                Outcome.of(
                    new Row("get", "maps", "get", 0, 1, 1, 1, beside.target()),
                    times,
                    new double[2][0])));

    Map<Figures.Key, Figures> read = Figures.read(json);

    assertThat(read.get(ROW)).isEqualTo(new Figures(20, 40));
    assertThat(read.get(new Figures.Key("listTypes", "-")).besideReference()).isEqualTo(20);
  }

  @Test
  void aSlowMachineDoesNotMakeARowWorse() {
    Change change = new Change(ROW);
    change.add(new Figures(10, 10), new Figures(20, 20));
    change.add(new Figures(10, 10), new Figures(30, 30));

    assertThat(change.verdict()).isEqualTo("no worse");
    assertThat(change.line()).contains("2.50 (2.25 - 2.75)").contains("1.00 (1.00 - 1.00)");
  }

  @Test
  void aRowIsWorseIfMostOfItsTurnsTookLonger() {
    Change worse = new Change(ROW);
    Change unclear = new Change(ROW);
    for (int i = 0; i < 5; i++) {
      worse.add(new Figures(10, 10), new Figures(11 + i, 10));
      unclear.add(new Figures(10, 10), new Figures(9 + i, 10));
    }

    assertThat(worse.verdict()).isEqualTo("worse");
    assertThat(unclear.verdict()).isEqualTo("unclear");
  }
}

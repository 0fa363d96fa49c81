package io.databroker.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.benchmarks.scale.ScaleRun;
import io.databroker.benchmarks.steady.SteadyLoad;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

class HelpTest {
  static List<Callable<Integer>> commands() {
    return List.of(new Benchmarks(), new ScaleRun(), new SteadyLoad());
  }

  @ParameterizedTest
  @MethodSource("commands")
  void everyProgramShowsItsHelp(Callable<Integer> command) {
    StringWriter help = new StringWriter();
    int code = new CommandLine(command).setOut(new PrintWriter(help)).execute("--help");
    assertThat(code).isZero();
    assertThat(help.toString()).startsWith("Usage: benchmarks/").contains("--help");
  }
}

package io.databroker.benchmarks;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Length and number of measurements.
 *
 * @param forks number of JVMs, one after the other; 0 measures in this JVM
 * @param warmups warm-up turns of each side
 * @param pairs measured turns of each side in each JVM
 * @param turnMillis length of a turn
 * @param jvm additional options for each JVM
 */
public record Measurement(int forks, int warmups, int pairs, long turnMillis, List<String> jvm) {
  private static final String ALLOCATED = "gc.alloc.rate.norm";

  /**
   * Heap, collector, and options for Chronicle Map and LMDB. The heap is touched before anything is
   * measured, because the first use of a page takes longer than most operations here.
   */
  private static final String[] JVM = {
    "-Xms4g",
    "-Xmx4g",
    "-XX:+UseG1GC",
    "-XX:+AlwaysPreTouch",
    "--add-opens=java.base/java.lang=ALL-UNNAMED",
    "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED",
    "--add-opens=java.base/java.io=ALL-UNNAMED",
    "--add-opens=java.base/java.nio=ALL-UNNAMED",
    "--add-opens=java.base/java.util=ALL-UNNAMED",
    "--add-opens=jdk.compiler/com.sun.tools.javac=ALL-UNNAMED",
    "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
    "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED",
    "--add-exports=jdk.unsupported/sun.misc=ALL-UNNAMED",
    "--add-exports=jdk.compiler/com.sun.tools.javac.file=ALL-UNNAMED",
    "--enable-native-access=ALL-UNNAMED",
    "-XX:+IgnoreUnrecognizedVMOptions",
    "--sun-misc-unsafe-memory-access=allow"
  };

  static final Measurement FULL = new Measurement(2, 4, 7, 500, List.of());
  static final Measurement QUICK = new Measurement(1, 2, 3, 200, List.of());

  public static List<String> everyJvm() {
    return List.of(JVM);
  }

  Measurement with(List<String> options) {
    return new Measurement(forks, warmups, pairs, turnMillis, options);
  }

  /** Runs a comparison and returns its rows. */
  List<Outcome> run(Comparison comparison) throws RunnerException {
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include("^" + comparison.benchmark().replace(".", "\\.") + "$")
            .mode(comparison.whole() ? Mode.SingleShotTime : Mode.AverageTime)
            .timeUnit(TimeUnit.NANOSECONDS)
            .threads(comparison.threads())
            .forks(forks)
            .warmupIterations(warmups * comparison.sides())
            .warmupTime(TimeValue.milliseconds(turnMillis))
            .measurementIterations(pairs * comparison.sides())
            .measurementTime(TimeValue.milliseconds(turnMillis))
            .timeout(TimeValue.minutes(5))
            .addProfiler(GCProfiler.class)
            .addProfiler(ProcessorTime.class)
            .shouldFailOnError(true)
            .verbosity(VerboseMode.SILENT)
            .jvmArgs(JVM)
            .jvmArgsAppend(jvm.toArray(new String[0]));
    comparison.parameters().forEach(options::param);
    Collection<RunResult> results = new Runner(options.build()).run();
    int sides = comparison.sides();
    List<List<Double>> times = lists(sides);
    List<List<Double>> bytes = lists(sides);
    for (RunResult result : results) {
      for (BenchmarkResult fork : result.getBenchmarkResults()) {
        int turn = 0;
        for (IterationResult iteration : fork.getIterationResults()) {
          int side = turn++ % sides;
          double clock = iteration.getPrimaryResult().getScore();
          times
              .get(side)
              .add(comparison.processor() ? second(iteration, ProcessorTime.LABEL) : clock);
          bytes.get(side).add(second(iteration, ALLOCATED));
        }
      }
    }
    double[][] timed = arrays(times);
    double[][] allocated = arrays(bytes);
    return comparison.rows().stream().map(it -> Outcome.of(it, timed, allocated)).toList();
  }

  private static double second(IterationResult iteration, String label) {
    Result<?> found = iteration.getSecondaryResults().get(label);
    return found == null ? Double.NaN : found.getScore();
  }

  private static List<List<Double>> lists(int sides) {
    List<List<Double>> lists = new ArrayList<>();
    for (int i = 0; i < sides; i++) {
      lists.add(new ArrayList<>());
    }
    return lists;
  }

  private static double[][] arrays(List<List<Double>> lists) {
    return lists.stream()
        .map(it -> it.stream().mapToDouble(Double::doubleValue).toArray())
        .toArray(double[][]::new);
  }
}
